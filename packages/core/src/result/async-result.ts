import type { ResultMeta, ResultTuple, TaskState } from '@celeriac/protocol';
import { isReady, PROPAGATE_STATES } from '@celeriac/protocol/basics';
import type { NodeReply } from '../control/control-replies.ts';
import { currentTask } from '../execute/current-task.ts';
import { WaitInsideTaskError } from './result-errors.ts';
import type { ResultGraph } from './result-graph.ts';
import type { GetOptions, ResultNode, RevokeResultOptions } from './result-node.ts';
import type { ResultSource } from './result-source.ts';
import { waitForResult } from './wait-for-result.ts';

/** What is known of a result from its sending. */
export interface ResultOrigin {
  /** The call asked for no result: `get` gives null at once. */
  readonly ignored?: boolean;
  readonly parent?: ResultNode | undefined;
}

/**
 * The result of a task that was sent. Making one costs nothing and asks nobody.
 * @see celery/result.py AsyncResult
 */
export class AsyncResult<Result = unknown> implements ResultNode<Result> {
  readonly id: string;
  /** What ran before this task in a workflow; undefined when unknown. */
  readonly parent: ResultNode | undefined;
  /** Always undefined: this is no group. */
  declare readonly members: undefined;
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
   * @throws {TaskError} when the task, or one before it in its chain, failed, {@link TaskRevokedError} when it was revoked or expired
   * @throws {ResultTimeoutError} after `timeoutMs`; the signal's reason when it is aborted
   * @throws {ResultsDisabledError} without a result store, {@link WaitInsideTaskError} inside of a task
   */
  async get(options: GetOptions = {}): Promise<Result> {
    if (this.#ignored) return null as Result;
    if (options.disableSyncSubtasks !== false && currentTask() !== undefined) throw new WaitInsideTaskError();
    const meta = this.#final ?? (await this.#wait(options));
    if (meta.task_id === this.id) this.#final = meta;
    const { status, result } = meta;
    if (options.propagate !== false && PROPAGATE_STATES.has(status)) throw this.#source.errorOf(meta);
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

  /** Whether anything is stored under this id. */
  async exists(): Promise<boolean> {
    return (await this.meta()) !== undefined;
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

  /** The task's name; this and the next five are stored with `resultExtended` only, and undefined otherwise. */
  async name(): Promise<string | undefined> {
    return (await this.meta())?.name;
  }

  async args(): Promise<unknown> {
    return (await this.meta())?.args;
  }

  async kwargs(): Promise<unknown> {
    return (await this.meta())?.kwargs;
  }

  /** The node name of the worker that ran it. */
  async worker(): Promise<string | undefined> {
    return (await this.meta())?.worker;
  }

  /** Attempts beyond the first. */
  async retries(): Promise<number | undefined> {
    return (await this.meta())?.retries;
  }

  async queue(): Promise<string | undefined> {
    return (await this.meta())?.queue;
  }

  /**
   * Tells all workers not to run this task; with `terminate`, to end it where it runs.
   * @returns their replies with `wait`, none otherwise
   * @throws {PublishError} when the broker stays away
   * @see celery/result.py AsyncResult.revoke
   */
  revoke(options: RevokeResultOptions = {}): Promise<readonly NodeReply[]> {
    return this.#source.revoke([this.id], options);
  }

  /** The results of what this task sent: tasks and groups. */
  async children(): Promise<readonly ResultNode[]> {
    const children = (await this.meta())?.children ?? [];
    // Reading messages is loaded when it is first needed.
    const { readResultTuples } = await import('@celeriac/protocol');
    return readResultTuples(children).map((tuple) => this.#source.nodeOf(tuple));
  }

  /**
   * Calls back once, when the result is there. What Celery names `then`: in JavaScript a method of that name would make
   * the handle a promise, and `await task.delay()` would wait for the task.
   * @returns resolves when the callback has returned; rejects with what it throws, or with the wait's own errors
   * @see celery/result.py AsyncResult.then
   */
  async onReady(callback: (value: Result) => unknown, onError?: (error: unknown) => unknown): Promise<void> {
    let value: Result;
    try {
      value = await this.get();
    } catch (error) {
      if (onError === undefined) throw error;
      await onError(error);
      return;
    }
    await callback(value);
  }

  /**
   * This result and all that follow from it, with their values, as they become ready; parents first.
   * @see celery/result.py AsyncResult.collect
   */
  async *collect(options: GetOptions = {}): AsyncGenerator<readonly [node: ResultNode, value: unknown]> {
    const { collectResults } = await import('./walk-results.ts');
    yield* collectResults(this, options);
  }

  /**
   * Pairs of parent and child, this result first (without parent). `intermediate`: also below results that are not ready.
   * @throws {IncompleteResultsError} at a result that is not ready, unless `intermediate`
   * @see celery/result.py AsyncResult.iterdeps
   */
  async *iterdeps(
    options: { readonly intermediate?: boolean } = {},
  ): AsyncGenerator<readonly [parent: ResultNode | undefined, node: ResultNode]> {
    const { walkResults } = await import('./walk-results.ts');
    yield* walkResults(this, options.intermediate ?? false);
  }

  /** The value of the last one of all that follow from this result. @see celery/result.py AsyncResult.get_leaf */
  async getLeaf(options: GetOptions = {}): Promise<unknown> {
    let value: unknown;
    for await (const [, found] of this.collect(options)) value = found;
    return value;
  }

  /** What follows from this result, as far as it is known. @see celery/result.py AsyncResult.build_graph */
  async buildGraph(options: { readonly intermediate?: boolean } = {}): Promise<ResultGraph> {
    const { buildGraph } = await import('./build-graph.ts');
    return buildGraph(this, options.intermediate ?? true);
  }

  /** As it travels: `[[id, parent], null]`. */
  asTuple(): ResultTuple {
    return [[this.id, this.parent?.asTuple() ?? null], null];
  }

  /** The ids of this result and of all its parents. @see celery/result.py AsyncResult.as_list */
  asList(): readonly string[] {
    const ids: string[] = [];
    for (let node: ResultNode | undefined = this; node !== undefined; node = node.parent) ids.push(node.id);
    return ids;
  }

  /** Drops the stored result. */
  async forget(): Promise<void> {
    this.#final = undefined;
    await this.#source.forget([this.id]);
  }

  #wait(options: GetOptions): Promise<ResultMeta> {
    const parents: string[] = [];
    if (options.followParents !== false) {
      // The failure of a group reaches what waits for the group by itself.
      for (let node = this.parent; node !== undefined && node.members === undefined; node = node.parent)
        parents.push(node.id);
    }
    return waitForResult(this.#source, this.id, parents, options);
  }
}
