import type { ReceivedEvent } from '@celeriac/core/internal';
import { byClock } from './event-order.ts';
import type { TaskState } from './task-state.ts';

/** Types of events of one task that are remembered; outsiders make up types. */
const MOST_TYPES = 32;

/** States by the events that tell of them. @see celery/events/state.py TASK_EVENT_TO_STATE */
const STATES: ReadonlyMap<string, string> = new Map([
  ['task-sent', 'PENDING'],
  ['task-received', 'RECEIVED'],
  ['task-started', 'STARTED'],
  ['task-failed', 'FAILURE'],
  ['task-retried', 'RETRY'],
  ['task-succeeded', 'SUCCESS'],
  ['task-revoked', 'REVOKED'],
  ['task-rejected', 'REJECTED'],
]);
const ENDINGS: ReadonlySet<string> = new Set(['task-succeeded', 'task-failed', 'task-revoked']);

/** Everything that was told about one task: the latest event of each type. The order of arrival leaves no trace. */
export class TaskRecord {
  readonly uuid: string;
  readonly #marks: Map<string, ReceivedEvent> = new Map();
  #view: TaskState | undefined;

  constructor(uuid: string) {
    this.uuid = uuid;
  }

  add(event: ReceivedEvent): void {
    const { type } = event;
    const known = this.#marks.get(type);
    if (known === undefined && this.#marks.size >= MOST_TYPES) return;
    if (known !== undefined && byClock(event, known) <= 0) return;
    this.#marks.set(type, event);
    this.#view = undefined;
  }

  get view(): TaskState {
    this.#view ??= this.#look();
    return this.#view;
  }

  #look(): TaskState {
    const mark = (type: string): ReceivedEvent | undefined => this.#marks.get(type);
    const at = (type: string): number | null => timeOf(mark(type));
    const sent = mark('task-sent');
    const described = (mark('task-received') ?? sent)?.fields ?? {};
    const deciding = this.#deciding();
    const worker = deciding.type === 'task-sent' ? undefined : deciding;
    const trouble = mark('task-failed') ?? mark('task-retried');
    const success = mark('task-succeeded')?.fields ?? {};
    return Object.freeze({
      uuid: this.uuid,
      state: stateOf(deciding.type),
      isReady: ENDINGS.has(deciding.type),
      name: textOf(described['name']),
      args: textOf(described['args']),
      kwargs: textOf(described['kwargs']),
      retries: numberOf(described['retries']),
      eta: textOf(described['eta']),
      expires: textOf(described['expires']),
      rootId: textOf(described['root_id']),
      parentId: textOf(described['parent_id']),
      worker: worker?.hostname ?? null,
      client: sent?.hostname ?? null,
      queue: textOf(sent?.fields['queue']),
      exchange: textOf(sent?.fields['exchange']),
      routingKey: textOf(sent?.fields['routing_key']),
      sentAtMs: at('task-sent'),
      receivedAtMs: at('task-received'),
      startedAtMs: at('task-started'),
      succeededAtMs: at('task-succeeded'),
      failedAtMs: at('task-failed'),
      retriedAtMs: at('task-retried'),
      revokedAtMs: at('task-revoked'),
      rejectedAtMs: at('task-rejected'),
      result: textOf(success['result']),
      runtimeMs: milliseconds(success['runtime']),
      exception: textOf(trouble?.fields['exception']),
      traceback: textOf(trouble?.fields['traceback']),
      clock: deciding.clock,
      timestampMs: deciding.timestamp * 1000,
      custom: this.#custom(),
    });
  }

  /**
   * The event that says how the task stands: its end, if it was told; else the latest of what workers told, by the clock;
   * else that it was sent. An end is not undone by what is told later about an earlier attempt, on another machine.
   */
  #deciding(): ReceivedEvent {
    const marks = [...this.#marks.values()];
    const endings = marks.filter(({ type }) => ENDINGS.has(type));
    const told = marks.filter(({ type }) => type !== 'task-sent');
    const [candidates = marks] = [endings, told].filter(({ length }) => length > 0);
    return candidates.reduce((one, other) => (byClock(one, other) >= 0 ? one : other));
  }

  #custom(): ReadonlyMap<string, { readonly [field: string]: unknown }> {
    const others = Array.from(this.#marks.values()).filter(({ type }) => !STATES.has(type));
    return new Map(others.sort(byClock).map(({ type, fields }) => [type, fields]));
  }
}

/** `task-progress` → `PROGRESS`. */
function stateOf(type: string): string {
  return STATES.get(type) ?? type.slice('task-'.length).toUpperCase();
}

function timeOf(mark: ReceivedEvent | undefined): number | null {
  return mark === undefined ? null : mark.timestamp * 1000;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

function milliseconds(seconds: unknown): number | null {
  const value = numberOf(seconds);
  return value === null ? null : value * 1000;
}
