import type { ResultMeta, ResultTuple, TaskState } from '@celeriac/protocol';
import { isReady, PROPAGATE_STATES } from '@celeriac/protocol/basics';
import { currentTask } from '../execute/current-task.ts';
import { WaitInsideTaskError } from './result-errors.ts';
import type { ResultSource, WaitOptions } from './result-source.ts';

/** Options of {@link AsyncResult.get}. */
export interface GetOptions extends WaitOptions {
  /** Whether a failure of the task is thrown, else its description is returned. Default true. */
  readonly propagate?: boolean;
  /** Whether waiting inside of a task is refused. Default true. */
  readonly disableSyncSubtasks?: boolean;
}

/** What is known of a result from its sending. */
export interface ResultOrigin {
  /** The call asked for no result: `get` gives null at once. */
  readonly ignored?: boolean;
  readonly parent?: AsyncResult | undefined;
}

/**
 * The result of a task that was sent. Making one costs nothing and asks nobody.
 * @see celery/result.py AsyncResult
 */
export class AsyncResult<Result = unknown> {
  readonly id: string;
  /** What ran before this task in a chain; undefined when unknown. */
  readonly parent: AsyncResult | undefined;
  readonly #source: ResultSource;
  readonly #ignored: boolean;
  /** Once ready it never changes. */
  #final: ResultMeta | undefined;

  constructor(id: string, source: ResultSource, origin?: ResultOrigin) {
    this.id = id;
    this.#source = source;
    this.#ignored = origin?.ignored ?? false;
    this.parent = origin?.parent;
  }

  /**
   * Waits for the result.
   * @returns the task's return value as JSON carries it; null for a call that ignores its result
   * @throws {TaskError} when the task failed, {@link TaskRevokedError} when it was revoked or expired
   * @throws {ResultTimeoutError} after `timeoutMs`; the signal's reason when it is aborted
   * @throws {ResultsDisabledError} without a result store, {@link WaitInsideTaskError} inside of a task
   */
  async get(options: GetOptions = {}): Promise<Result> {
    if (this.#ignored) return null as Result;
    if (options.disableSyncSubtasks !== false && currentTask() !== undefined) throw new WaitInsideTaskError();
    this.#final ??= await this.#source.wait(this.id, options);
    const { status, result } = this.#final;
    if (options.propagate !== false && PROPAGATE_STATES.has(status)) throw this.#source.errorOf(this.#final);
    return result as Result;
  }

  /** All that is stored; undefined while nothing is. @throws {BackendUnavailableError} | @throws {ResultsDisabledError} */
  async meta(): Promise<ResultMeta | undefined> {
    if (this.#final !== undefined) return this.#final;
    const meta = await this.#source.load(this.id);
    if (meta !== undefined && isReady(meta.status)) this.#final = meta;
    return meta;
  }

  /** `PENDING` also for ids that nobody knows. */
  async state(): Promise<TaskState> {
    return (await this.meta())?.status ?? 'PENDING';
  }

  /** Whether the task is done, one way or another. */
  async ready(): Promise<boolean> {
    return isReady(await this.state());
  }

  async successful(): Promise<boolean> {
    return (await this.state()) === 'SUCCESS';
  }

  async failed(): Promise<boolean> {
    return (await this.state()) === 'FAILURE';
  }

  /** The value, a failure's description, or what the task told with `updateState`; null while nothing is stored. */
  async info(): Promise<unknown> {
    return (await this.meta())?.result ?? null;
  }

  /** The worker's traceback of a failure. */
  async traceback(): Promise<string | null> {
    return (await this.meta())?.traceback ?? null;
  }

  /** When the task was done, in UTC. */
  async dateDone(): Promise<Date | null> {
    const text = (await this.meta())?.date_done ?? null;
    if (text === null) return null;
    const date = new Date(/(?:Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`);
    return Number.isNaN(date.getTime()) ? null : date;
  }

  /** The tasks that this one sent; members of a group one by one. */
  async children(): Promise<readonly AsyncResult[]> {
    const children = (await this.meta())?.children ?? [];
    // Reading messages is loaded when it is first needed.
    const { readResultTuples } = await import('@celeriac/protocol');
    return readResultTuples(children).flatMap((tuple) => resultsOf(tuple, this.#source));
  }

  /** Drops the stored result. */
  async forget(): Promise<void> {
    this.#final = undefined;
    await this.#source.forget(this.id);
  }
}

/** The result that a handle on the wire means; for a group, those of its members. */
export function resultsOf([[id, parent], members]: ResultTuple, source: ResultSource): readonly AsyncResult[] {
  if (members !== null) return members.flatMap((member) => resultsOf(member, source));
  return [new AsyncResult(id, source, { parent: parent === null ? undefined : resultsOf(parent, source)[0] })];
}
