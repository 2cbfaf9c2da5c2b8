import { expect } from 'vitest';
import type { Call, Caller, CallOptions, Outcome } from './caller.ts';
import type { Setup } from './setup.ts';

/** Who calls whom. */
export type Direction = 'Python calls Celeriac' | 'Celeriac calls Python';

/** Both, in the order of the tests. */
export const DIRECTIONS: readonly Direction[] = ['Python calls Celeriac', 'Celeriac calls Python'];

const PATIENCE_MS = 10_000;

/** One setup looked at in one direction. */
export class Scene {
  readonly setup: Setup;
  readonly direction: Direction;
  readonly caller: Caller;
  readonly worker: 'python' | 'celeriac';

  constructor(setup: Setup, direction: Direction) {
    this.setup = setup;
    this.direction = direction;
    this.caller = direction === 'Python calls Celeriac' ? setup.python : setup.celeriac;
    this.worker = this.caller.language === 'python' ? 'celeriac' : 'python';
  }

  /** The worker's queue. */
  get queue(): string {
    return this.queueOf(this.worker);
  }

  /** The queue of the worker in the caller's own language. */
  get homeQueue(): string {
    return this.queueOf(this.caller.language);
  }

  queueOf(language: 'python' | 'celeriac'): string {
    return language === 'python' ? this.setup.config.pythonQueue : this.setup.config.celeriacQueue;
  }

  /** Whether the Python side is at least of a version, given as `[5, 3]`. */
  isPythonFrom([major, minor]: readonly [number, number]): boolean {
    const [ownMajor = 0, ownMinor = 0] = this.setup.abilities.version.split('.').map(Number);
    return ownMajor > major || (ownMajor === major && ownMinor >= minor);
  }

  /** Sends to the worker. @returns the task's id */
  async send(task: string, args: readonly unknown[] = [], more: Omit<Call, 'task' | 'args'> = {}): Promise<string> {
    const options: CallOptions = { queue: this.queue, ...more.options };
    return await this.caller.send({ task: `interop.${task}`, args, kwargs: more.kwargs ?? {}, options });
  }

  async outcome(id: string, timeoutMs: number = PATIENCE_MS): Promise<Outcome> {
    return await this.caller.outcome(id, timeoutMs);
  }

  /** Sends to the worker and waits. */
  async call(task: string, args: readonly unknown[] = [], more: Omit<Call, 'task' | 'args'> = {}): Promise<Outcome> {
    return await this.outcome(await this.send(task, args, more));
  }

  /** Waits for a task's success. @returns its value */
  async value(id: string): Promise<unknown> {
    const outcome = await this.outcome(id);
    expect(outcome).toMatchObject({ state: 'SUCCESS' });
    return outcome.value;
  }
}

/** A row of the table. */
export interface InteropCase {
  readonly name: string;
  /** The one direction in which it can be; both unless given. */
  readonly only?: Direction;
  /** Why it does not apply to a scene; undefined where it does. */
  readonly except?: (scene: Scene) => string | undefined;
  readonly run: (scene: Scene) => Promise<void>;
}
