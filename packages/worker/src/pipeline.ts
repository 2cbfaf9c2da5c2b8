import type { AppRuntime, EventDispatcher, Outcome } from '@celeriac/core/internal';
import type { Delivery } from '@celeriac/transport';
import { concludeContextOf } from './conclude/conclude-context.ts';
import { Concluder } from './conclude/concluder.ts';
import { taskLabel } from './conclude/outcome-log.ts';
import type { ConclusionPerformer } from './conclude/perform-conclusion.ts';
import { StartReporter } from './conclude/start-reporter.ts';
import { isUnreadable, readBody } from './execute/read-body.ts';
import { tellTimedOut } from './execute/tell-timed-out.ts';
import { PoolLoad } from './hold/pool-load.ts';
import type { RateLimits } from './hold/rate-limits.ts';
import { Revocations } from './hold/revocations.ts';
import type { RunCounter } from './hold/run-counter.ts';
import { Suspects } from './hold/suspects.ts';
import { WaitingTasks } from './hold/waiting-tasks.ts';
import { decodeDelivery } from './intake/decode.ts';
import { receivedEventFields } from './intake/received-event.ts';
import type { TimeLimits } from './limits/time-limits.ts';
import { Mediator } from './mediator.ts';
import type { Pool, PoolHost } from './pool/pool.ts';
import type { Counters } from './request/counters.ts';
import type { HeldMessage } from './request/held-message.ts';
import type { ReceivedTask } from './request/received-task.ts';
import { isUndecodable } from './request/undecodable.ts';
import { Surrender } from './surrender.ts';

/** What the stages need. */
export interface PipelineParts {
  readonly runtime: AppRuntime;
  /** The worker's node name. */
  readonly hostname: string;
  readonly makePool: (host: PoolHost) => Pool;
  readonly performer: ConclusionPerformer;
  readonly runs: RunCounter;
  readonly timeLimits: TimeLimits;
  readonly counters: Counters;
  /** Where monitors listen. */
  readonly events: EventDispatcher;
  /** The number of tasks that wait for their time has changed, or that of the pool's slots. */
  readonly onHeld: () => void;
  /** Called whenever a task starts or ends; for workers that take messages only for free slots. */
  readonly onLoad: (() => void) | undefined;
}

/** The way of a message through the worker: intake, hold, execute, conclude. Joins the stages. */
export class Pipeline implements PoolHost {
  readonly pool: Pool;
  readonly #runtime: AppRuntime;
  readonly #parts: PipelineParts;
  readonly #concluder: Concluder;
  readonly #waiting: WaitingTasks;
  readonly #revocations: Revocations;
  readonly #load: PoolLoad = new PoolLoad();
  readonly #suspects: Suspects;
  readonly #starts: StartReporter;
  readonly #mediator: Mediator;
  readonly #surrender: Surrender;
  #idle: PromiseWithResolvers<void> | undefined;

  constructor(parts: PipelineParts) {
    const { runtime, hostname, performer, counters, events, timeLimits } = parts;
    const { settings, clock } = runtime;
    this.#parts = parts;
    this.#runtime = runtime;
    const context = concludeContextOf(runtime, hostname, events);
    this.#waiting = new WaitingTasks({
      clock,
      unlimited: settings.workerDisableRateLimits,
      reopen: (delivery) => decodeDelivery(delivery, runtime),
      onUndecodable: (message) => this.#concluder.refuse(message),
      onDue: () => {
        parts.onHeld();
        this.#mediator.pump();
      },
    });
    this.#concluder = new Concluder({
      runtime,
      performer,
      context,
      counters,
      readBody: (received) => this.#readBody(received),
      onDone: (message) => this.#onDone(message),
    });
    this.#starts = new StartReporter(runtime, context, events);
    this.#suspects = new Suspects(parts.runs, runtime);
    this.#revocations = new Revocations(clock);
    this.pool = parts.makePool(this);
    const common = {
      runtime,
      pool: this.pool,
      waiting: this.#waiting,
      load: this.#load,
      suspects: this.#suspects,
      concluder: this.#concluder,
    };
    this.#surrender = new Surrender({ ...common, starts: this.#starts });
    this.#mediator = new Mediator({
      ...common,
      revocations: this.#revocations,
      timeLimits,
      onEnded: (received, outcome) => this.onEnded(received, outcome),
      onSettled: () => this.#checkIdle(),
    });
  }

  /** How often tasks of one kind may start. */
  get rateLimits(): RateLimits {
    return this.#waiting.rates;
  }

  /** Tasks that wait for their time. */
  get held(): number {
    return this.#waiting.held;
  }

  /** Tasks that run now, in the order of their start. */
  get activeTasks(): readonly ReceivedTask[] {
    return [...this.#load.running].sort((one, other) => one.startedAtMs! - other.startedAtMs!);
  }

  /** Tasks that wait for a slot. */
  get reservedTasks(): readonly ReceivedTask[] {
    return [...this.#load.handed, ...this.#waiting.readyTasks];
  }

  /** Tasks that wait for their time, earliest first. Each is read as it is asked for: let go of one before the next. */
  scheduledTasks(): Iterable<ReceivedTask> {
    return this.#waiting.heldTasks();
  }

  /** Tasks that wait for their time under this id. */
  scheduledTasksOf(id: string): readonly ReceivedTask[] {
    return this.#waiting.heldTasksOf(id);
  }

  /** How many tasks run now. */
  get active(): number {
    return this.#load.running.size;
  }

  /** Tasks that were received and have not started. */
  get reserved(): number {
    return this.#waiting.held + this.#waiting.ready + this.#suspects.examined + this.#load.handed.size;
  }

  /** The tasks that the pool has. */
  get load(): PoolLoad {
    return this.#load;
  }

  /** Nothing runs, waits for a slot, or waits to be settled. Tasks that wait for their time do not count. */
  get isIdle(): boolean {
    return this.#load.size + this.#waiting.ready + this.#suspects.examined + this.#concluder.pending === 0;
  }

  /** Intake: everything that arrived together. */
  receive(deliveries: readonly Delivery[]): void {
    this.#parts.counters.received += deliveries.length;
    const { held } = this.#waiting;
    for (const delivery of deliveries) {
      if (this.#mediator.isClosed) void this.#surrender.giveBack(delivery);
      else this.#receiveOne(delivery);
    }
    if (this.#waiting.held !== held) this.#parts.onHeld();
    this.#mediator.pump();
  }

  /**
   * The tasks with these ids are not run, whether they are here already or still to come.
   * @param since - when they were revoked, on the clock that never jumps. Default: now
   */
  revoke(ids: readonly string[], since?: ReadonlyMap<string, number>): void {
    const { held } = this.#waiting;
    for (const id of ids) {
      this.#revocations.add(id, since?.get(id));
      for (const received of this.#waiting.unhold(id)) this.#mediator.discard(received, 'revoked');
    }
    this.#recall();
    if (this.#waiting.held !== held) this.#parts.onHeld();
  }

  /** What was revoked before, or elsewhere. @param ids - with the time at which each was, on the clock that never jumps */
  learnRevoked(ids: ReadonlyMap<string, number>): void {
    for (const [id, atMs] of ids) this.#revocations.add(id, atMs);
  }

  /** Ids of revoked tasks with the time at which they were, on the clock that never jumps. */
  get revokedIds(): ReadonlyMap<string, number> {
    return this.#revocations.ids;
  }

  /** Tasks with one of these values of a stamp are not run. */
  revokeStamped(stamp: string, values: readonly string[]): void {
    this.#revocations.addStamps(stamp, values);
    this.#recall();
    const discarded = this.#waiting.unholdWhere(({ request }) => this.#revocations.matchStamps(request.stamps));
    for (const received of discarded) this.#mediator.discard(received, 'revoked');
    if (discarded.length > 0) this.#parts.onHeld();
  }

  /**
   * Ends a run; its outcome is REVOKED. A task that the pool has and that has not started, as far as is known, ends as soon as
   * it does.
   * @param signal - `SIGUSR1` only tells it, as its soft time limit would
   */
  terminate(received: ReceivedTask, signal: NodeJS.Signals): void {
    if (this.#load.running.has(received)) this.pool.terminateTask?.(received, signal);
    else if (this.#load.handed.has(received)) received.endSignal = signal;
  }

  /** Starts nothing more. */
  close(): void {
    this.#mediator.close();
    this.#concluder.close();
  }

  /** Messages on their way back to the broker. */
  get returning(): number {
    return this.#surrender.returning;
  }

  /** Gives back what has not started. Resolves when the broker has it. */
  async returnWaiting(): Promise<void> {
    await this.#surrender.returnWaiting();
    this.#checkIdle();
  }

  /** Forgets what has not started, since the broker has taken it back: all, or what is not held any more. */
  forgetWaiting(all: boolean): void {
    this.#surrender.forgetWaiting(all);
    this.#recall();
    this.#parts.onHeld();
    this.#checkIdle();
  }

  /**
   * Gives up what runs: unacknowledged messages go back, the others become failures. Their runs are not heard any more.
   * Resolves when broker and store know.
   */
  async abandonRunning(): Promise<void> {
    await this.#surrender.abandonRunning();
    await this.whenIdle();
  }

  /** Stops running tasks whose messages are not acknowledged: they come again, here or elsewhere. @param why - for the log */
  cancelRunning(why: string): void {
    this.#surrender.cancelRunning(why);
    this.#checkIdle();
  }

  /** Resolves when the pipeline is idle. */
  whenIdle(): Promise<void> {
    if (this.isIdle) return Promise.resolve();
    this.#idle ??= Promise.withResolvers<void>();
    return this.#idle.promise;
  }

  onStarted(received: ReceivedTask, pid: number): void {
    const { counters } = this.#parts;
    received.pid = pid;
    received.startedAtMs = this.#runtime.clock.now();
    counters.started++;
    counters.countStart(received.request.task);
    this.#load.started(received);
    this.#parts.onLoad?.();
    this.#starts.report(received, pid);
    if (received.endSignal !== undefined) this.pool.terminateTask?.(received, received.endSignal);
  }

  onEnded(received: ReceivedTask, outcome: Outcome): void {
    const { orphaned } = received;
    this.#load.ended(received);
    if (orphaned) this.#parts.onHeld();
    this.#parts.onLoad?.();
    if (!received.abandoned) this.#ended(received, outcome);
    // The slot of one that was given up is free all the same.
    this.#mediator.pump();
  }

  #ended(received: ReceivedTask, outcome: Outcome): void {
    if (outcome.kind !== 'failure' || outcome.cause !== 'worker-lost') this.#suspects.clear(received);
    if (outcome.kind === 'failure' && outcome.cause === 'timeout') {
      void tellTimedOut(received, outcome, this.#runtime, this.#parts.hostname);
    }
    this.#concluder.end(received, outcome);
  }

  onReturned(tasks: readonly ReceivedTask[]): void {
    const waiting = tasks.filter((received) => this.#load.returned(received) && !received.abandoned);
    if (this.#mediator.isClosed) for (const { delivery } of waiting) void this.#surrender.giveBack(delivery);
    else this.#waiting.addFirst(waiting);
    this.#mediator.pump();
  }

  onFree(): void {
    this.#parts.onHeld();
    this.#mediator.pump();
  }

  /** What has not started comes back from the pool, and is looked at again. */
  #recall(): void {
    if (this.#load.handed.size > 0) void this.pool.recall?.();
  }

  #receiveOne(delivery: Delivery): void {
    const runtime = this.#runtime;
    const decoded = decodeDelivery(delivery, runtime);
    if (isUndecodable(decoded)) {
      this.#concluder.refuse(decoded);
      return;
    }
    const { logger, signals } = runtime;
    if (signals.taskReceived.hasListeners) signals.taskReceived.send({ request: decoded.request });
    if (logger.isEnabled('info')) logger.info(`Task ${taskLabel(decoded)} received`);
    const admission = this.#mediator.admit(decoded);
    if (admission === 'run' || admission === 'hold') this.#announce(decoded);
    if (admission === 'run') this.#waiting.add(decoded);
    else if (admission === 'hold') this.#waiting.hold(decoded, decoded.request.etaMs!);
    else this.#mediator.discard(decoded, admission);
  }

  /** A task that is discarded at once was never received, as far as monitors are concerned. */
  #announce({ request, task }: ReceivedTask): void {
    const { events } = this.#parts;
    if (!events.sends('task') || task?.options.sendEvents === false) return;
    events.send('task-received', receivedEventFields(request));
  }

  #readBody(received: ReceivedTask): void {
    if (received.body !== undefined) return;
    const body = readBody(received.message, received.request, this.#runtime);
    if (!isUnreadable(body)) received.body = body;
  }

  #onDone(message: HeldMessage): void {
    this.#mediator.letGo(message);
    this.#mediator.pump();
  }

  #checkIdle(): void {
    if (this.#idle === undefined || !this.isIdle) return;
    this.#idle.resolve();
    this.#idle = undefined;
  }
}
