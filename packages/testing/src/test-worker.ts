import { type AppOwner, type AppRuntime, overrideParts, runtimeOf } from '@celeriac/core/internal';
import type { Clock } from '@celeriac/protocol';
import { Worker, type WorkerStats } from '@celeriac/worker';
import type { Unfinished } from './not-idle-error.ts';
import { RunningTasks } from './running-tasks.ts';
import { type BrokerMember, TestBroker, type TestBrokerOptions } from './test-broker.ts';
import { readTestMessage, type SentMessage, type TestMessage } from './test-message.ts';
import type { TimeSpan } from './time-span.ts';

/** Settings of a {@link TestWorker}. */
export interface TestWorkerOptions extends TestBrokerOptions {
  /** Tasks that run at the same time. Default: `workerConcurrency`, else 8 on every machine. */
  readonly concurrency?: number;
  /** The queues to read. Default: as any worker, all of `taskQueues` or the default queue. */
  readonly queues?: readonly string[];
  /** A broker that another test worker uses too; `now` and `patienceMs` are the broker's then. */
  readonly broker?: TestBroker;
}

const CONCURRENCY = 8;

/**
 * Runs an app's tasks in this process, for tests: with the worker, the messages and the retries of production, but with
 * broker and result store in memory and a clock that only moves when it is told to.
 *
 * While it runs, the app's own broker, result store and clock are replaced; {@link stop} gives them back.
 */
export class TestWorker implements AsyncDisposable {
  /** Broker, result store and clock; give it to the test worker of another app to share them. */
  readonly broker: TestBroker;
  readonly #runtime: AppRuntime;
  readonly #worker: Worker;
  readonly #running: RunningTasks;
  readonly #member: BrokerMember;
  readonly #restore: () => void;
  #stopped: Promise<void> | undefined;

  /**
   * @param app - as its module exports it, not connected
   * @throws {ConfigurationError} when the app is connected, or has a test worker already
   * @throws {WorkerOptionError} | @throws {ModuleLoadError} | @throws {RangeError} for an option that cannot be
   */
  static async start(app: AppOwner, options: TestWorkerOptions = {}): Promise<TestWorker> {
    const tester = new TestWorker(app, options);
    try {
      await tester.#worker.start(new AbortController().signal);
    } catch (error) {
      await tester.stop();
      throw error;
    }
    return tester;
  }

  private constructor(app: AppOwner, { broker, concurrency, queues, ...brokerOptions }: TestWorkerOptions) {
    // Says so if this is no app.
    runtimeOf(app);
    this.broker = broker ?? new TestBroker(brokerOptions);
    const { messages, members, overriding } = this.broker['~parts'];
    this.#restore = overrideParts(app, overriding);
    try {
      this.#runtime = runtimeOf(app);
      this.#worker = new Worker(app, {
        withoutHeartbeat: true,
        withoutMingle: true,
        withoutGossip: true,
        pool: 'async',
        concurrency: concurrency ?? this.#runtime.settings.workerConcurrency ?? CONCURRENCY,
        ...(queues && { queues }),
      });
      this.#running = new RunningTasks(this.#runtime.signals);
      const read = this.#runtime.queues(queues).names;
      this.#member = new Member(this.#worker, this.#running, () =>
        read.filter((queue) => messages.hasDue([queue], this.clock.now())),
      );
    } catch (error) {
      this.#restore();
      throw error;
    }
    members.add(this.#member);
  }

  /** Where the moved clock stands. */
  get now(): Date {
    return this.broker.now;
  }

  /** The moved clock, for code of your own that takes one. */
  get clock(): Clock {
    return this.broker.clock;
  }

  /**
   * Moves the clock and runs what becomes due on the way; see {@link TestBroker.advance}.
   * @param span - milliseconds, or `{ hours: 1, minutes: 30 }`
   * @throws {NotIdleError} | @throws {EndlessTimersError} | @throws {RangeError}
   */
  advance(span: TimeSpan): Promise<void> {
    return this.broker.advance(span);
  }

  /** Resolves when nothing runs and nothing waits that is due. @throws {NotIdleError} naming what still runs */
  idle(): Promise<void> {
    return this.broker.idle();
  }

  /**
   * Task messages that wait in the broker, those for a later time included, in the order in which they will be taken.
   * @param queue - default: all queues
   */
  messages(queue?: string): readonly TestMessage[] {
    const { messages } = this.broker['~parts'];
    return (queue === undefined ? messages.queues : [queue]).flatMap((name) =>
      messages.waiting(name).flatMap((message) => readTestMessage(name, message, this.#runtime) ?? []),
    );
  }

  /**
   * Every task message that was sent since the broker was made, retries included, whether it was run or not.
   * @param task - only those of this task
   */
  sent(task?: string): readonly SentMessage[] {
    const { recorded } = this.broker['~parts'].messages;
    return recorded.flatMap(({ queue, message, sentMs }) => {
      const read = readTestMessage(queue, message, this.#runtime);
      const isWanted = read !== undefined && (task === undefined || read.task === task);
      return isWanted ? [{ ...read, sentAt: new Date(sentMs) }] : [];
    });
  }

  /** How many tasks were received, succeeded, failed, were retried; how many run and wait in the worker. */
  stats(): WorkerStats {
    return this.#worker.stats();
  }

  /**
   * Ends the worker and gives the app its own broker, store and clock back. Tasks that run may take the rest of their
   * `patienceMs` to end, then they are given up. May be called repeatedly.
   */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #stop(): Promise<void> {
    try {
      const longestMs = Math.max(0, ...this.#running.list.map(({ forMs }) => forMs));
      await this.#worker.stop(Math.max(0, this.broker.patienceMs - longestMs));
      await this.#runtime.close();
    } finally {
      this.broker['~parts'].members.delete(this.#member);
      this.#running.disconnect();
      this.#restore();
    }
  }
}

/** One worker as its broker sees it. */
class Member implements BrokerMember {
  readonly #worker: Worker;
  readonly #running: RunningTasks;
  readonly #dueQueues: () => readonly string[];

  constructor(worker: Worker, running: RunningTasks, dueQueues: () => readonly string[]) {
    this.#worker = worker;
    this.#running = running;
    this.#dueQueues = dueQueues;
  }

  get isBusy(): boolean {
    const { active, reserved, scheduled } = this.#worker.stats();
    return active > 0 || reserved > scheduled || this.#dueQueues().length > 0;
  }

  get unfinished(): Unfinished {
    return { running: this.#running.list, queues: this.#dueQueues() };
  }

  whenIdle(): Promise<void> {
    return this.#worker.whenIdle();
  }
}
