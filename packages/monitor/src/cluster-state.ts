import type { ReceivedEvent } from '@celeriac/core/internal';
import { TaskRecord } from './task-record.ts';
import type { TaskState } from './task-state.ts';
import { WorkerRecord } from './worker-record.ts';
import { isAlive, type WorkerState } from './worker-state.ts';

/** Settings of a {@link ClusterState}. */
export interface ClusterStateOptions {
  /** Workers that are remembered. Default 5,000. */
  readonly maxWorkers?: number;
  /** Tasks that are remembered. Default 10,000. */
  readonly maxTasks?: number;
}

/** Which tasks, and in which order. */
export interface TaskSelection {
  /** At most so many. Default: all. */
  readonly limit?: number;
  /** Oldest first. Default: newest first. */
  readonly oldestFirst?: boolean;
}

/** Ids are texts from outside: longer ones are none. */
const LONGEST_ID = 1024;

/**
 * What events tell of workers and tasks, in memory. Pure: time comes with the events. The same events lead to the same
 * state, in whatever order and however often they arrive, as long as there is room for all of them; beyond the limits the
 * ones that were told of longest ago are forgotten.
 * @see celery/events/state.py State
 */
export class ClusterState {
  readonly #maxWorkers: number;
  readonly #maxTasks: number;
  readonly #workers: Map<string, WorkerRecord> = new Map();
  readonly #tasks: Map<string, TaskRecord> = new Map();
  #eventCount = 0;
  #taskCount = 0;

  constructor({ maxWorkers = 5000, maxTasks = 10_000 }: ClusterStateOptions = {}) {
    this.#maxWorkers = maxWorkers;
    this.#maxTasks = maxTasks;
  }

  /** Events that were added. */
  get eventCount(): number {
    return this.#eventCount;
  }

  /** `task-received` events among them. */
  get taskCount(): number {
    return this.#taskCount;
  }

  /** Takes an event in. Never throws. */
  event(event: ReceivedEvent): void {
    this.#eventCount++;
    if (event.type.startsWith('worker-')) this.#worker(event.hostname).add(event);
    else if (event.type.startsWith('task-')) this.#addTask(event);
  }

  worker(hostname: string): WorkerState | undefined {
    return this.#workers.get(hostname)?.view;
  }

  /** By name. */
  get workers(): readonly WorkerState[] {
    const views = Array.from(this.#workers.values(), ({ view }) => view);
    return views.sort((one, other) => (one.hostname < other.hostname ? -1 : 1));
  }

  /** Those that seem to live. */
  aliveWorkers(nowMs: number): readonly WorkerState[] {
    return this.workers.filter((worker) => isAlive(worker, nowMs));
  }

  task(uuid: string): TaskState | undefined {
    return this.#tasks.get(uuid)?.view;
  }

  /** By the logical clock of what was last told of them. */
  tasksByTime({ limit, oldestFirst = false }: TaskSelection = {}): readonly TaskState[] {
    return selected(this.#views(), limit, oldestFirst);
  }

  /** Of one name. */
  tasksByType(name: string, { limit, oldestFirst = false }: TaskSelection = {}): readonly TaskState[] {
    const views = this.#views().filter((task) => task.name === name);
    return selected(views, limit, oldestFirst);
  }

  /** Of one worker. */
  tasksByWorker(hostname: string, { limit, oldestFirst = false }: TaskSelection = {}): readonly TaskState[] {
    const views = this.#views().filter((task) => task.worker === hostname);
    return selected(views, limit, oldestFirst);
  }

  /** Tasks that a task has sent. */
  childrenOf(uuid: string): readonly TaskState[] {
    const views = this.#views().filter((task) => task.parentId === uuid);
    return selected(views, undefined, true);
  }

  /** Names of the tasks, sorted. */
  taskTypes(): readonly string[] {
    const names = new Set(this.#views().map(({ name }) => name));
    names.delete(null);
    return Array.from(names as Set<string>).sort();
  }

  /** How many tasks there are in each state. */
  countsByState(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const { state } of this.#views()) counts.set(state, (counts.get(state) ?? 0) + 1);
    return counts;
  }

  /** Forgets tasks that have ended, or all. */
  clearTasks({ all = false }: { readonly all?: boolean } = {}): void {
    for (const [uuid, record] of this.#tasks) if (all || record.view.isReady) this.#tasks.delete(uuid);
  }

  /** Forgets workers, tasks that have ended, and the counts. */
  clear(): void {
    this.#workers.clear();
    this.clearTasks();
    this.#eventCount = 0;
    this.#taskCount = 0;
  }

  /** Forgets a worker. */
  forgetWorker(hostname: string): void {
    this.#workers.delete(hostname);
  }

  #views(): TaskState[] {
    return Array.from(this.#tasks.values(), ({ view }) => view);
  }

  #addTask(event: ReceivedEvent): void {
    const { uuid } = event.fields;
    if (typeof uuid !== 'string' || uuid === '' || uuid.length > LONGEST_ID) return;
    if (event.type === 'task-received') this.#taskCount++;
    const record = this.#tasks.get(uuid) ?? new TaskRecord(uuid);
    record.add(event);
    touch(this.#tasks, uuid, record, this.#maxTasks);
    if (event.type !== 'task-sent') this.#worker(event.hostname).seen(event);
  }

  #worker(hostname: string): WorkerRecord {
    const record = this.#workers.get(hostname) ?? new WorkerRecord(hostname);
    touch(this.#workers, hostname, record, this.#maxWorkers);
    return record;
  }
}

/** Makes it the last to be forgotten. */
function touch<Value>(map: Map<string, Value>, key: string, value: Value, limit: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= limit) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}

function selected(tasks: TaskState[], limit: number | undefined, oldestFirst: boolean): readonly TaskState[] {
  const sorted = tasks.sort(byPlace);
  if (!oldestFirst) sorted.reverse();
  return limit === undefined ? sorted : sorted.slice(0, limit);
}

function byPlace(one: TaskState, other: TaskState): number {
  return one.clock - other.clock || one.timestampMs - other.timestampMs || (one.uuid < other.uuid ? -1 : 1);
}
