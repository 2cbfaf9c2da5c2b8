import type { ResultTuple } from '@celeriac/protocol';
import type { NodeReply } from '../control/control-replies.ts';
import { currentTask } from '../execute/current-task.ts';
import { WaitInsideTaskError } from './result-errors.ts';
import type { GetOptions, ResultNode, RevokeResultOptions } from './result-node.ts';

/**
 * Results that are looked at together, in order.
 * @see celery/result.py ResultSet
 */
export class ResultSet<Results extends readonly unknown[] = readonly unknown[]> {
  #members: readonly ResultNode[];

  constructor(members: readonly ResultNode[] = []) {
    this.#members = [...members];
  }

  /** In order. */
  get results(): readonly ResultNode[] {
    return this.#members;
  }

  get length(): number {
    return this.#members.length;
  }

  /** Adds a result that is not in it yet. */
  add(...added: readonly ResultNode[]): void {
    const known = new Set(this.#members.map(({ id }) => id));
    const fresh = added.filter(({ id }) => !known.has(id) && known.add(id));
    this.#members = [...this.#members, ...fresh];
  }

  /** The same as {@link add}. */
  update(added: readonly ResultNode[]): void {
    this.add(...added);
  }

  /** Takes a result out, by itself or by its id. @throws {RangeError} when it is not in it */
  remove(result: ResultNode | string): void {
    const before = this.#members.length;
    this.discard(result);
    if (this.#members.length === before) throw new RangeError(`No result ${idOf(result)} in this set.`);
  }

  /** Takes a result out, if it is in it. */
  discard(result: ResultNode | string): void {
    this.#members = this.#members.filter(({ id }) => id !== idOf(result));
  }

  clear(): void {
    this.#members = [];
  }

  /**
   * Waits for all of them.
   * @returns their values in order; with `propagate: false` the description of a failure in the place of its value
   * @throws {TaskError} of the first that fails, as soon as it does; as `AsyncResult.get` otherwise
   * @see celery/result.py ResultSet.get
   */
  async get(options: GetOptions = {}): Promise<Results> {
    if (options.disableSyncSubtasks !== false && currentTask() !== undefined) throw new WaitInsideTaskError();
    return (await Promise.all(this.#members.map((member) => member.get(options)))) as unknown as Results;
  }

  /** The same as {@link get}: every store is waited at in the same way here. */
  join(options: GetOptions = {}): Promise<Results> {
    return this.get(options);
  }

  /** The results with their values as they become ready, whichever is first. @see celery/result.py ResultSet.iter_native */
  async *iterate(options: GetOptions = {}): AsyncGenerator<readonly [node: ResultNode, value: unknown]> {
    const ready: (() => unknown)[] = [];
    let wake: (() => void) | undefined;
    const tell = (outcome: () => unknown): void => {
      ready.push(outcome);
      wake?.();
    };
    for (const member of this.#members) {
      member.get(options).then(
        (value) => tell(() => [member, value]),
        (error: unknown) =>
          tell(() => {
            throw error;
          }),
      );
    }
    for (let left = this.#members.length; left > 0; left--) {
      if (ready.length === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      yield ready.shift()!() as readonly [ResultNode, unknown];
    }
  }

  /** How many succeeded. @see celery/result.py ResultSet.completed_count */
  completedCount(): Promise<number> {
    return this.#count((member) => member.successful());
  }

  /** Whether all are done, one way or another. */
  async ready(): Promise<boolean> {
    return (await this.#count((member) => member.ready())) === this.length;
  }

  async successful(): Promise<boolean> {
    return (await this.completedCount()) === this.length;
  }

  /** Whether any failed. */
  async failed(): Promise<boolean> {
    return (await this.#count((member) => member.failed())) > 0;
  }

  /** Whether any is not done yet. */
  async waiting(): Promise<boolean> {
    return !(await this.ready());
  }

  /** Tells all workers not to run these tasks; see `AsyncResult.revoke`. */
  async revoke(options: RevokeResultOptions = {}): Promise<readonly NodeReply[]> {
    return (await Promise.all(this.#members.map((member) => member.revoke(options)))).flat();
  }

  /** Drops the stored results. */
  async forget(): Promise<void> {
    await Promise.all(this.#members.map((member) => member.forget()));
  }

  /** Calls back once, when all are there; see `AsyncResult.onReady`. */
  async onReady(callback: (values: Results) => unknown, onError?: (error: unknown) => unknown): Promise<void> {
    let values: Results;
    try {
      values = await this.get();
    } catch (error) {
      if (onError === undefined) throw error;
      await onError(error);
      return;
    }
    await callback(values);
  }

  async #count(is: (member: ResultNode) => Promise<boolean>): Promise<number> {
    const answers = await Promise.all(this.#members.map(is));
    return answers.filter(Boolean).length;
  }
}

function idOf(result: ResultNode | string): string {
  return typeof result === 'string' ? result : result.id;
}

/** Handles as they travel. */
export function tuplesOf(nodes: readonly ResultNode[]): readonly ResultTuple[] {
  return nodes.map((node) => node.asTuple());
}
