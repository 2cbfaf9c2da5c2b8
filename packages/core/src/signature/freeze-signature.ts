import type { ResultTuple, SignatureJson } from '@celeriac/protocol';
import type { WireOptions } from './option-names.ts';
import { chordOf, groupOf } from './pipe-signatures.ts';
import { addLinks, bodyOf, headerOf, listOf, membersOf, pushDown, withOptions } from './signature-parts.ts';

/** How ids are given out. */
export interface FreezePlan {
  readonly newId: () => string;
  /** Options that every task gets, unless it has them: where results are messages, whom to tell. */
  readonly marks?: WireOptions | undefined;
  /** Errbacks of a chord's body go to its header tasks too. */
  readonly headerErrbacks?: boolean;
}

/**
 * The signature as it will run: nested chains flattened, a group followed by a step made a chord, groups in a chord's
 * header flattened, and an id for every task, group and chord that had none.
 * @see celery/canvas.py freeze, _chain.prepare_steps
 */
export function freezeSignature(given: SignatureJson, plan: FreezePlan): SignatureJson {
  const signature = pushDown(given);
  switch (signature.subtask_type) {
    case 'chain': {
      const tasks = joinGroups(flattenSteps(signature)).map((step) => freezeSignature(step, plan));
      return { ...signature, kwargs: { ...signature.kwargs, tasks } };
    }
    case 'group': {
      const tasks = filled(membersOf(signature)).map((member) => freezeSignature(member, plan));
      return withId({ ...signature, kwargs: { ...signature.kwargs, tasks } }, plan.newId);
    }
    case 'chord':
      return freezeChord(signature, plan);
    default: {
      const frozen = withId(signature, plan.newId);
      return plan.marks === undefined ? frozen : { ...frozen, options: { ...plan.marks, ...frozen.options } };
    }
  }
}

/** The result handle of a frozen signature. @param parent - the handle of what runs before it */
export function resultOf(frozen: SignatureJson, parent: ResultTuple | null = null): ResultTuple {
  switch (frozen.subtask_type) {
    case 'chain':
      return membersOf(frozen).reduce<ResultTuple | null>(
        (before, step) => resultOf(step, before),
        parent,
      ) as ResultTuple;
    case 'group':
      return [[idOf(frozen), parent], membersOf(frozen).map((member) => resultOf(member))];
    case 'chord': {
      const header: ResultTuple = [[idOf(frozen), parent], headerOf(frozen).map((member) => resultOf(member))];
      return resultOf(bodyOf(frozen), header);
    }
    default:
      return [[idOf(frozen), parent], null];
  }
}

/** The id in a frozen signature's options. */
export function idOf(frozen: SignatureJson): string {
  return frozen.options['task_id'] as string;
}

/** The signature with `id` where its result will be: at the last step of a chain, the body of a chord. */
export function withResultId(signature: SignatureJson, id: string): SignatureJson {
  switch (signature.subtask_type) {
    case 'chain': {
      const steps = membersOf(signature);
      const last = steps.at(-1);
      if (last === undefined) return signature;
      return {
        ...signature,
        kwargs: { ...signature.kwargs, tasks: [...steps.slice(0, -1), withResultId(last, id)] },
      };
    }
    case 'chord':
      return { ...signature, kwargs: { ...signature.kwargs, body: withResultId(bodyOf(signature), id) } };
    default:
      return withOptions(signature, { task_id: id });
  }
}

/** The members of a group with what the group's own options say for them. */
export function groupMembers(group: SignatureJson): readonly SignatureJson[] {
  const { task_id: _, link, link_error, ...options } = group.options;
  const members = filled(membersOf(pushDown(group)));
  const hasOptions = Object.keys(options).length > 0;
  if (!hasOptions && link === undefined && link_error === undefined) return members;
  const errbacks = listOf(link_error);
  return members.map((member, index) => {
    const callbacks = index === 0 ? listOf(link).map((one) => ({ ...one, immutable: true })) : [];
    return addLinks(addLinks(withOptions(member, options), 'link', callbacks), 'link_error', errbacks);
  });
}

function freezeChord(chord: SignatureJson, plan: FreezePlan): SignatureJson {
  const given = chord.kwargs['header'];
  const group = isSignature(given) ? given : groupOf(headerOf(chord));
  const groupId = chord.options['task_id'] ?? group.options['task_id'] ?? plan.newId();
  const members = flattenHeader(groupMembers(group)).map((member) => freezeSignature(member, plan));
  const header = groupOf(members, { task_id: groupId });
  const body = freezeSignature(bodyOf(chord), plan);
  return withOptions({ ...chord, kwargs: { ...chord.kwargs, header, body } }, { task_id: groupId });
}

/** Steps of nested chains take the place of the chain; its links go where it would have put them. */
function flattenSteps(chain: SignatureJson): SignatureJson[] {
  return membersOf(pushDown(chain)).flatMap((step) => {
    if (step.subtask_type !== 'chain') return [step];
    const { link, link_error, task_id: _, ...rest } = step.options;
    const steps = flattenSteps(step).map((inner) => addLinks(inner, 'link_error', listOf(link_error)));
    if (steps.length === 0) return steps;
    steps[0] = withOptions(steps[0]!, rest);
    steps.push(addLinks(steps.pop()!, 'link', listOf(link)));
    return steps;
  });
}

/** A group followed by a step waits for all its members, so the two become a chord. */
function joinGroups(steps: readonly SignatureJson[]): SignatureJson[] {
  const joined: SignatureJson[] = [];
  for (const step of steps.toReversed()) {
    const next = joined.at(-1);
    if (step.subtask_type !== 'group' || next === undefined) joined.push(step);
    else joined[joined.length - 1] = chordOf(step, next);
  }
  return joined.reverse();
}

function flattenHeader(members: readonly SignatureJson[]): SignatureJson[] {
  return members.flatMap((member) =>
    member.subtask_type === 'group' ? flattenHeader(groupMembers(member)) : [member],
  );
}

/** Without chains that have no steps: they have no result. */
function filled(members: readonly SignatureJson[]): readonly SignatureJson[] {
  return members.some(isEmptyChain) ? members.filter((member) => !isEmptyChain(member)) : members;
}

/** Whether a chain has no step at all, however deep it is. */
export function isEmptyChain(signature: SignatureJson): boolean {
  return signature.subtask_type === 'chain' && membersOf(signature).every(isEmptyChain);
}

function withId(signature: SignatureJson, newId: () => string): SignatureJson {
  return signature.options['task_id'] === undefined ? withOptions(signature, { task_id: newId() }) : signature;
}

function isSignature(value: unknown): value is SignatureJson {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && 'options' in value;
}
