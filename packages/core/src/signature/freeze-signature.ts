import type { ResultTuple, SignatureJson } from '@celeriac/protocol';
import { bodyOf, headerOf, membersOf } from './chord-size.ts';
import type { WireOptions } from './option-names.ts';

/**
 * The signature as it will run: nested chains flattened, a group followed by a step made a chord, groups in a chord's
 * header flattened, and an id for every task, group and chord that had none.
 * @param newId - makes an id
 * @see celery/canvas.py freeze, _chain.prepare_steps
 */
export function freezeSignature(signature: SignatureJson, newId: () => string): SignatureJson {
  switch (signature.subtask_type) {
    case 'chain':
      return freezeChain(signature, newId);
    case 'group': {
      const tasks = membersOf(signature).map((member) => freezeSignature(member, newId));
      return withId({ ...signature, kwargs: { ...signature.kwargs, tasks } }, newId);
    }
    case 'chord':
      return freezeChord(signature, newId);
    default:
      return withId(signature, newId);
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

/** The same signature with more options. */
export function withOptions(signature: SignatureJson, options: WireOptions): SignatureJson {
  return { ...signature, options: { ...signature.options, ...options } };
}

function freezeChain(chain: SignatureJson, newId: () => string): SignatureJson {
  const tasks = joinGroups(flattenSteps(chain)).map((step) => freezeSignature(step, newId));
  return { ...chain, kwargs: { ...chain.kwargs, tasks } };
}

function freezeChord(chord: SignatureJson, newId: () => string): SignatureJson {
  const given = chord.kwargs['header'];
  const groupId = chord.options['task_id'] ?? (isSignature(given) ? given.options['task_id'] : undefined) ?? newId();
  const header: SignatureJson = {
    task: 'celery.group',
    args: [],
    kwargs: { tasks: flattenHeader(headerOf(chord)).map((member) => freezeSignature(member, newId)) },
    options: { task_id: groupId },
    subtask_type: 'group',
    immutable: false,
  };
  const body = freezeSignature(bodyOf(chord), newId);
  return withOptions({ ...chord, kwargs: { ...chord.kwargs, header, body } }, { task_id: groupId });
}

/** Steps of nested chains take the place of the chain. */
function flattenSteps(chain: SignatureJson): SignatureJson[] {
  return membersOf(chain).flatMap((step) => (step.subtask_type === 'chain' ? flattenSteps(step) : [step]));
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

function chordOf(group: SignatureJson, body: SignatureJson): SignatureJson {
  const { task_id: id, ...options } = group.options;
  return {
    task: 'celery.chord',
    args: [],
    kwargs: {
      kwargs: {},
      header: membersOf(group).map((member) => withOptions(member, { ...options, ...member.options })),
      body,
    },
    options: id === undefined ? {} : { task_id: id },
    subtask_type: 'chord',
    immutable: false,
  };
}

function flattenHeader(members: readonly SignatureJson[]): SignatureJson[] {
  return members.flatMap((member) => (member.subtask_type === 'group' ? flattenHeader(membersOf(member)) : [member]));
}

function withId(signature: SignatureJson, newId: () => string): SignatureJson {
  return signature.options['task_id'] === undefined ? withOptions(signature, { task_id: newId() }) : signature;
}

function isSignature(value: unknown): value is SignatureJson {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && 'options' in value;
}
