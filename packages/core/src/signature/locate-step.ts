import type { SignatureJson } from '@celeriac/protocol';
import { bodyOf, headerOf, listOf, membersOf } from './signature-parts.ts';

/** One task of a workflow, and where it stands in it. */
export interface Step {
  /** `chain[1].header[0] (shop.pay)`. */
  readonly path: string;
  readonly signature: SignatureJson;
  /** Whether a chord waits for its result. */
  readonly inHeader: boolean;
}

/** What awaits the result of a signature. */
interface AwaitedStep {
  readonly inHeader: boolean;
  /** Something comes after it, so that a group becomes the header of a chord. */
  readonly isFollowed: boolean;
}

const BY_NOBODY: AwaitedStep = Object.freeze({ inHeader: false, isFollowed: false });

/** Every signature of a workflow, workflows and links too, outer ones first. */
export function* stepsWithin(signature: SignatureJson, path = '', awaited: AwaitedStep = BY_NOBODY): Generator<Step> {
  const { inHeader, isFollowed } = awaited;
  yield { path: `${path || signatureName(signature)}${path && ` (${signature.task})`}`, signature, inHeader };
  const at = (name: string): string => (path === '' ? name : `${path}.${name}`);
  switch (signature.subtask_type) {
    case 'chain': {
      const steps = membersOf(signature);
      // Only the last step of a chain reports to a chord.
      for (const [index, step] of steps.entries()) {
        const isLast = index === steps.length - 1;
        yield* stepsWithin(step, at(`chain[${index}]`), isLast ? awaited : { inHeader: false, isFollowed: true });
      }
      break;
    }
    case 'group':
      for (const [index, member] of membersOf(signature).entries())
        yield* stepsWithin(member, at(`group[${index}]`), { inHeader: inHeader || isFollowed, isFollowed: false });
      break;
    case 'chord':
      for (const [index, member] of headerOf(signature).entries())
        yield* stepsWithin(member, at(`header[${index}]`), { inHeader: true, isFollowed: false });
      if (isSignature(bodyOf(signature))) yield* stepsWithin(bodyOf(signature), at('body'), awaited);
      break;
    default:
  }
  for (const kind of ['link', 'link_error'] as const) {
    for (const [index, link] of listOf(signature.options[kind]).entries())
      yield* stepsWithin(link, at(`${kind === 'link' ? 'link' : 'linkError'}[${index}]`));
  }
}

export function isSignature(value: unknown): value is SignatureJson {
  return typeof value === 'object' && value !== null && 'task' in value;
}

function signatureName({ task }: SignatureJson): string {
  return task;
}
