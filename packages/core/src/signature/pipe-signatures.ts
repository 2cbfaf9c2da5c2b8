import type { SignatureJson } from '@celeriac/protocol';
import { addLinks, bodyOf, listOf, membersOf, pushDown, withOptions } from './signature-parts.ts';

/**
 * `first`, then `next` with its result: chains become one chain, a group followed by anything waits for its members (a
 * chord), and what follows a chord follows its body.
 * @see celery/canvas.py _chain.__or__
 */
export function pipeSignatures(first: SignatureJson, next: SignatureJson): SignatureJson {
  const steps = joinSteps([first, next]);
  return steps.length === 1 ? steps[0]! : chainOf(steps);
}

/** The steps of the chain that runs one signature after the other. */
export function joinSteps(signatures: readonly SignatureJson[]): readonly SignatureJson[] {
  const steps: SignatureJson[] = [];
  for (const signature of signatures) for (const step of stepsOf(signature)) addStep(steps, step);
  return steps;
}

/** A chain as it travels, as it is: nothing is joined. */
export function chainOf(steps: readonly SignatureJson[]): SignatureJson {
  return {
    task: 'celery.chain',
    args: [],
    kwargs: { tasks: steps },
    options: {},
    subtask_type: 'chain',
    immutable: false,
  };
}

/** A group as it travels. */
export function groupOf(members: readonly SignatureJson[], options: SignatureJson['options'] = {}): SignatureJson {
  return {
    task: 'celery.group',
    args: [],
    kwargs: { tasks: members },
    options,
    subtask_type: 'group',
    immutable: false,
  };
}

/** A chord as it travels. @param header - a plain list, or a group with options of its own */
export function chordOf(header: readonly SignatureJson[] | SignatureJson, body: SignatureJson): SignatureJson {
  return {
    task: 'celery.chord',
    args: [],
    kwargs: { kwargs: {}, header, body },
    options: {},
    subtask_type: 'chord',
    immutable: false,
  };
}

function addStep(steps: SignatureJson[], step: SignatureJson): void {
  const last = steps.at(-1);
  if (last?.subtask_type === 'group' && step.subtask_type !== 'group') {
    const group = pushDown(last);
    steps[steps.length - 1] = chordOf(hasOptions(group) ? group : membersOf(group), step);
  } else if (last?.subtask_type === 'chord' && step.subtask_type !== 'chord') {
    const body = pipeSignatures(bodyOf(last), step);
    steps[steps.length - 1] = { ...last, kwargs: { ...last.kwargs, body } };
  } else {
    steps.push(step);
  }
}

/**
 * What a signature adds to a chain. The links and options of a chain that is taken apart go where the chain would have
 * put them: callbacks to its last step, errbacks to all, the rest to its first.
 */
function stepsOf(signature: SignatureJson): SignatureJson[] {
  if (signature.subtask_type !== 'chain') return [signature];
  const { link, link_error, task_id: _, ...rest } = signature.options;
  const steps = membersOf(pushDown(signature)).map((step) => addLinks(step, 'link_error', listOf(link_error)));
  const last = steps.length - 1;
  if (last < 0) return steps;
  steps[last] = addLinks(steps[last]!, 'link', listOf(link));
  if (Object.keys(rest).length > 0) steps[0] = withOptions(steps[0]!, rest);
  return steps;
}

function hasOptions(signature: SignatureJson): boolean {
  return Object.keys(signature.options).length > 0;
}
