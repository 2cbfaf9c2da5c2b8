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

/** Every signature of a workflow, workflows and links too, outer ones first. */
export function* stepsWithin(signature: SignatureJson, path = '', inHeader = false): Generator<Step> {
  yield { path: `${path || signatureName(signature)}${path && ` (${signature.task})`}`, signature, inHeader };
  const at = (name: string): string => (path === '' ? name : `${path}.${name}`);
  switch (signature.subtask_type) {
    case 'chain': {
      const steps = membersOf(signature);
      // Only the last step of a chain reports to a chord.
      for (const [index, step] of steps.entries())
        yield* stepsWithin(step, at(`chain[${index}]`), inHeader && index === steps.length - 1);
      break;
    }
    case 'group':
      for (const [index, member] of membersOf(signature).entries())
        yield* stepsWithin(member, at(`group[${index}]`), inHeader);
      break;
    case 'chord':
      for (const [index, member] of headerOf(signature).entries())
        yield* stepsWithin(member, at(`header[${index}]`), true);
      if (isSignature(bodyOf(signature))) yield* stepsWithin(bodyOf(signature), at('body'), inHeader);
      break;
    default:
  }
  for (const kind of ['link', 'link_error'] as const) {
    for (const [index, link] of listOf(signature.options[kind]).entries())
      yield* stepsWithin(link, at(`${kind === 'link' ? 'link' : 'linkError'}[${index}]`), false);
  }
}

export function isSignature(value: unknown): value is SignatureJson {
  return typeof value === 'object' && value !== null && 'task' in value;
}

function signatureName({ task }: SignatureJson): string {
  return task;
}
