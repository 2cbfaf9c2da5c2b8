import type { AppRuntime, Outcome } from '@celeriac/core/internal';
import { silentLogger } from '@celeriac/protocol';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ReceivedTask } from '../request/received-task.ts';
import type { ParentMessage } from './child/child-messages.ts';
import { ChildPool } from './child-pool.ts';
import type { PoolChild, PoolChildOptions } from './pool-child.ts';

/** A child that does what the test says. */
class ScriptedChild implements PoolChild {
  readonly pid: number;
  readonly ready: Promise<void> = Promise.resolve();
  readonly gone: Promise<void>;
  readonly jobs: number[] = [];
  readonly told: string[] = [];
  isKilled = false;
  /** What it still has when somebody wants tasks back; undefined = it does not answer. */
  gives: ((jobs: readonly number[]) => readonly number[]) | undefined = (jobs) => jobs;
  readonly #options: PoolChildOptions;
  readonly #gone: PromiseWithResolvers<void> = Promise.withResolvers();

  constructor(options: PoolChildOptions, pid: number) {
    this.#options = options;
    this.pid = pid;
    this.gone = this.#gone.promise;
  }

  send(message: ParentMessage): void {
    if (message.kind === 'run') this.jobs.push(...message.runs.map(({ job }) => job));
    else this.told.push(message.kind === 'abort' ? `abort ${message.job}` : message.kind);
  }

  recall(jobs: readonly number[]): Promise<readonly number[]> {
    return this.gives === undefined ? new Promise(() => {}) : Promise.resolve(this.gives(jobs));
  }

  /** Says that a task has ended. */
  ends(job: number): void {
    const outcome = { kind: 'success', resultText: String(job), children: [], embed: undefined, runtimeMs: 0.1 };
    const report = { kind: 'ended', job, outcome: outcome as unknown as Outcome } as const;
    this.#options.onEnded(this, { ...report, encodedValue: undefined, memoryBytes: undefined });
  }

  async stop(): Promise<void> {
    this.dies(0, null);
  }

  kill(): void {
    this.isKilled = true;
  }

  dies(exitCode: number | null, signal: NodeJS.Signals | null): void {
    this.#gone.resolve();
    this.#options.onGone(this, { exitCode, signal, reason: undefined });
  }
}

const children: ScriptedChild[] = [];
const heard: string[] = [];
beforeEach(() => {
  children.length = 0;
  heard.length = 0;
});

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function task(name: string, hardMs?: number): ReceivedTask {
  const delivery = { exchange: '', routingKey: 'q', queue: 'q', redelivered: false };
  const message = { properties: {} };
  const limits = hardMs === undefined ? undefined : { hardMs, softMs: undefined };
  return { id: name, request: { id: name, task: 'short' }, delivery, message, limits } as unknown as ReceivedTask;
}

async function poolOf(perChild = 1): Promise<ChildPool> {
  const signals = { workerBeforeCreateProcess: { send: () => {} } };
  const pool = new ChildPool({
    kind: 'threads',
    runtime: { signals, logger: silentLogger, settings: {}, serializers: {} } as unknown as AppRuntime,
    host: {
      onStarted: ({ id }) => heard.push(`started ${id}`),
      onEnded: ({ id }, outcome) =>
        heard.push(`ended ${id}: ${'cause' in outcome ? String(outcome.cause) : outcome.kind}`),
      onReturned: (received) => heard.push(...received.map(({ id }) => `returned ${id}`)),
      onFree: () => {},
    },
    size: 1,
    setup: {
      appModule: 'file:///app',
      exportName: undefined,
      hostname: 'w@h',
      concurrency: perChild,
      reportsMemory: false,
    },
    aliveTimeoutMs: 1000,
    makeChild: (options) => {
      const child = new ScriptedChild(options, children.length + 1);
      children.push(child);
      return child;
    },
    isFair: false,
    maxTasksPerChild: undefined,
    maxMemoryBytes: undefined,
  });
  await pool.start(new AbortController().signal);
  // Its tasks are short, as far as it has seen.
  pool.run(task('first'));
  await turn();
  children[0]!.ends(1);
  heard.length = 0;
  return pool;
}

describe('ChildPool, when one of several tasks of a child must be stopped', () => {
  it('takes back what waits behind it before it kills the child, and another child starts at once', async () => {
    const pool = await poolOf();
    const stopped = task('a');
    for (const one of [stopped, task('b'), task('c')]) pool.run(one);
    pool.terminateTask(stopped, 'SIGTERM');
    expect(children[0]!.isKilled).toBe(false);
    expect([pool.free, pool.accepts(task('d'))]).toEqual([0, false]);
    await turn();
    expect(children[0]!.isKilled).toBe(true);
    expect(children).toHaveLength(2);
    await turn();
    expect(pool.accepts(task('d'))).toBe(true);
    children[0]!.dies(null, 'SIGKILL');
    expect(heard).toEqual(['started a', 'returned b', 'returned c', 'ended a: revoked']);
    expect(children).toHaveLength(2);
  });

  it('does not kill a child that has begun the next one: the first is over, and its report on the way', async () => {
    const pool = await poolOf();
    const [child] = children as [ScriptedChild];
    const stopped = task('a');
    for (const one of [stopped, task('b'), task('c')]) pool.run(one);
    child.gives = (jobs) => jobs.slice(1);
    pool.terminateTask(stopped, 'SIGTERM');
    await turn();
    expect(child.isKilled).toBe(false);
    expect(pool.accepts(task('d'))).toBe(false);
    const [a, b] = child.jobs.slice(-3) as [number, number];
    child.ends(a);
    expect(child.isKilled).toBe(false);
    expect(heard).toEqual(['started a', 'returned c', 'started b', 'ended a: revoked']);
    expect(pool.accepts(task('d'))).toBe(true);
    child.ends(b);
    expect(heard.at(-1)).toBe('ended b: success');
    expect(children).toHaveLength(1);
  });

  it('kills a child that does not answer', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const pool = await poolOf();
      const [child] = children as [ScriptedChild];
      child.gives = undefined;
      const stopped = task('a');
      for (const one of [stopped, task('b')]) pool.run(one);
      pool.terminateTask(stopped, 'SIGTERM');
      await vi.advanceTimersByTimeAsync(499);
      expect(child.isKilled).toBe(false);
      await vi.advanceTimersByTimeAsync(1);
      expect(child.isKilled).toBe(true);
      child.dies(null, 'SIGKILL');
      expect(heard).toEqual(['started a', 'returned b', 'ended a: revoked']);
    } finally {
      vi.useRealTimers();
    }
  });

  it('a hard limit does the same', async () => {
    const pool = await poolOf();
    const [child] = children as [ScriptedChild];
    for (const one of [task('a', 1), task('b')]) pool.run(one);
    await vi.waitFor(() => expect(child.isKilled).toBe(true));
    child.dies(null, 'SIGKILL');
    expect(heard).toEqual(['started a', 'returned b', 'ended a: timeout']);
  });

  it('one that shares its child is told first, and gets some time', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const pool = await poolOf(2);
      const [child] = children as [ScriptedChild];
      const stopped = task('a');
      for (const one of [stopped, task('b'), task('c')]) pool.run(one);
      pool.terminateTask(stopped, 'SIGTERM');
      await vi.advanceTimersByTimeAsync(0);
      expect([child.told, child.isKilled]).toEqual([[`abort ${child.jobs.at(-3)}`], false]);
      await vi.advanceTimersByTimeAsync(500);
      expect(child.isKilled).toBe(true);
      child.dies(null, 'SIGKILL');
      expect(heard.slice(0, 4)).toEqual(['started a', 'started b', 'returned c', 'ended a: revoked']);
    } finally {
      vi.useRealTimers();
    }
  });

  it('whoever stops a task as it starts comes too late for one that has ended already', async () => {
    const pool = await poolOf();
    const [child] = children as [ScriptedChild];
    for (const one of [task('a'), task('b')]) pool.run(one);
    await turn();
    const [a, b] = child.jobs.slice(-2) as [number, number];
    child.gives = () => [];
    await pool.recall();
    // Out of order, as it cannot be: it is heard all the same.
    child.ends(b);
    child.ends(a);
    await turn();
    expect(heard).toEqual(['started a', 'started b', 'ended b: success', 'ended a: success']);
    expect(child.isKilled).toBe(false);
  });
});
