import type { FinishedMember, SignatureApplication, WireOptions } from '@celeriac/core/internal';
import type { Embed, SignatureJson, TaskRequest } from '@celeriac/protocol';

/** The place of a task in its workflow. */
export type FlowPlace = Pick<
  TaskRequest,
  'id' | 'rootId' | 'priority' | 'group' | 'groupIndex' | 'stampedHeaders' | 'stamps'
>;

/**
 * What is sent after a success: the callbacks, then the next step of the chain, each with the value as its first argument.
 * Of several callbacks the groups are sent one by one and all others together as one group.
 * @see celery/app/trace.py trace_task
 */
export function followUps(
  embed: Embed | undefined,
  value: unknown,
  place: FlowPlace,
  inheritPriority: boolean,
): readonly SignatureApplication[] {
  if (embed === undefined) return NOTHING;
  const options = { parent_id: place.id, root_id: place.rootId, ...inherited(place, inheritPriority) };
  const apply = (signature: SignatureJson): SignatureApplication => ({ signature, args: [value], options });
  const applications = gathered(embed.callbacks ?? []).map(apply);
  const chain = embed.chain ?? [];
  const next = chain.at(-1);
  if (next !== undefined) {
    applications.push({ signature: next, args: [value], options: { ...options, chain: chain.slice(0, -1) } });
  }
  return applications;
}

/** The report of a chord's header task; undefined for a task that is in none. */
export function chordMember(
  embed: Embed | undefined,
  place: FlowPlace & Pick<TaskRequest, 'headers'>,
  status: string,
  result: unknown,
  inheritPriority: boolean,
): FinishedMember | undefined {
  const body = embed?.chord ?? null;
  if (body === null || place.group === null) return undefined;
  const part = { groupId: place.group, taskId: place.id, index: place.groupIndex, status, result };
  // What Celeriac sends comes after the opening of its chord; of a chord of Celery, some time after its first task.
  const openedFirst = place.headers['lang'] === 'js';
  return { part, body, rootId: place.rootId, openedFirst, inherited: inherited(place, inheritPriority) };
}

/** What goes on to everything that a task leads to: stamps, and its priority where that is wanted. By Python's names. */
function inherited({ priority, stampedHeaders, stamps }: FlowPlace, inheritPriority: boolean): WireOptions {
  if (!inheritPriority && (stampedHeaders === null || stampedHeaders.length === 0)) return NO_OPTIONS;
  return {
    ...(inheritPriority && { priority }),
    ...(stampedHeaders !== null && stampedHeaders.length > 0 && { ...stamps, stamped_headers: stampedHeaders }),
  };
}

function gathered(callbacks: readonly SignatureJson[]): readonly SignatureJson[] {
  if (callbacks.length < 2) return callbacks;
  const groups = callbacks.filter((callback) => callback.subtask_type === 'group');
  const tasks = callbacks.filter((callback) => callback.subtask_type !== 'group');
  if (tasks.length === 0) return groups;
  const group: SignatureJson = {
    task: 'celery.group',
    args: [],
    kwargs: { tasks },
    options: {},
    subtask_type: 'group',
    immutable: false,
  };
  return [...groups, group];
}

const NO_OPTIONS: WireOptions = Object.freeze({});
const NOTHING: readonly SignatureApplication[] = Object.freeze([]);
