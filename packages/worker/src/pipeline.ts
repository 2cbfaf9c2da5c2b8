// Longer than others: the one file that joins the stages, and so has every branch of a message's way.
import type { AppRuntime, EventDispatcher, Outcome, RevokedOutcome } from '@celeriac/core/internal';
import type { Delivery } from '@celeriac/transport';
import type { ConcludeContext } from './conclude/conclude.ts';
import { concludeContextOf } from './conclude/conclude-context.ts';
import { Concluder } from './conclude/concluder.ts';
import { giveBack } from './conclude/give-back.ts';
import { taskLabel } from './conclude/outcome-log.ts';
import type { ConclusionPerformer } from './conclude/perform-conclusion.ts';
import { StartReporter } from './conclude/start-reporter.ts';
import { isUnreadable, readBody } from './execute/read-body.ts';
import { tellTimedOut } from './execute/tell-timed-out.ts';
import { PoolLoad } from './hold/pool-load.ts';
import type { RateLimits } from './hold/rate-limits.ts';
import { RevokedSet } from './hold/revoked-set.ts';
import { RevokedStamps } from './hold/revoked-stamps.ts';
import type { RunCounter } from './hold/run-counter.ts';
import { Suspects } from './hold/suspects.ts';
import { WaitingTasks } from './hold/waiting-tasks.ts';
import { admit, type DiscardReason } from './intake/admit.ts';
import { decodeDelivery, isUndecodable } from './intake/decode.ts';
import { receivedEventFields } from './intake/received-event.ts';
import type { TimeLimits } from './limits/time-limits.ts';
import type { Pool, PoolHost } from './pool/pool.ts';
import { refusedByPool } from './pool/pool-outcomes.ts';
import { workerLost } from './pool/worker-lost.ts';
import type { Counters } from './request/counters.ts';
import { notRegistered } from './request/ending.ts';
import { type HeldMessage, isLost } from './request/held-message.ts';
import type { ReceivedTask } from './request/received-task.ts';

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

/** Ended tasks that may wait for broker and store, for each slot of the pool, before no more are started. */
const PENDING_PER_SLOT = 10;
const LEAST_PENDING = 1000;

/** The way of a message through the worker: intake, hold, execute, conclude. */
export class Pipeline implements PoolHost {
  readonly pool: Pool;
  readonly #runtime: AppRuntime;
  readonly #parts: PipelineParts;
  readonly #context: ConcludeContext;
  readonly #concluder: Concluder;
  readonly #waiting: WaitingTasks;
  readonly #revoked: RevokedSet = new RevokedSet();
  readonly #revokedStamps: RevokedStamps = new RevokedStamps();
  readonly #load: PoolLoad = new PoolLoad();
  readonly #suspects: Suspects;
  readonly #starts: StartReporter;
  /** The task that must be the only one to run. */
  #loner: ReceivedTask | undefined;
  #pumping = false;
  #closed = false;
  #idle: PromiseWithResolvers<void> | undefined;

  constructor(parts: PipelineParts) {
    const { runtime, hostname, performer, counters, events } = parts;
    const { settings, clock } = runtime;
    this.#parts = parts;
    this.#runtime = runtime;
    this.#context = concludeContextOf(runtime, hostname, events);
    this.#waiting = new WaitingTasks(clock, settings.workerDisableRateLimits, () => {
      parts.onHeld();
      this.#pump();
    });
    this.#concluder = new Concluder({
      runtime,
      performer,
      context: this.#context,
      counters,
      readBody: (received) => this.#readBody(received),
      onDone: (message) => this.#onDone(message),
    });
    this.#starts = new StartReporter(runtime, this.#context, events);
    this.#suspects = new Suspects(parts.runs, runtime);
    this.pool = parts.makePool(this);
  }

  /** How often tasks of one kind may start. */
  get rateLimits(): RateLimits {
    return this.#waiting.rates;
  }

  /** Tasks that wait for their time. */
  get held(): number {
    return this.#waiting.held;
  }

  /** Tasks that run now. */
  get activeTasks(): readonly ReceivedTask[] {
    return [...this.#load.running];
  }

  /** Tasks that wait for a slot. */
  get reservedTasks(): readonly ReceivedTask[] {
    return [...this.#load.handed, ...this.#waiting.readyTasks];
  }

  /** Tasks that wait for their time, earliest first. */
  get scheduledTasks(): readonly ReceivedTask[] {
    return this.#waiting.heldTasks;
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
      if (this.#closed) void this.#giveBack(delivery);
      else this.#receiveOne(delivery);
    }
    if (this.#waiting.held !== held) this.#parts.onHeld();
    this.#pump();
  }

  /**
   * The tasks with these ids are not run, whether they are here already or still to come.
   * @param since - when they were revoked, on the clock that never jumps. Default: now
   */
  revoke(ids: readonly string[], since?: ReadonlyMap<string, number>): void {
    const nowMs = this.#runtime.clock.monotonic();
    const { held } = this.#waiting;
    for (const id of ids) {
      this.#revoked.add(id, since?.get(id) ?? nowMs);
      for (const received of this.#waiting.unhold(id)) this.#discard(received, 'revoked');
    }
    this.#recall();
    if (this.#waiting.held !== held) this.#parts.onHeld();
  }

  /** What was revoked before, or elsewhere. @param ids - with the time at which each was, on the clock that never jumps */
  learnRevoked(ids: ReadonlyMap<string, number>): void {
    for (const [id, atMs] of ids) this.#revoked.add(id, atMs);
  }

  /** Ids of revoked tasks with the time at which they were, on the clock that never jumps. */
  get revokedIds(): ReadonlyMap<string, number> {
    return this.#revoked.entries(this.#runtime.clock.monotonic());
  }

  /** Tasks with one of these values of a stamp are not run. */
  revokeStamped(stamp: string, values: readonly string[]): void {
    this.#revokedStamps.add(stamp, values);
    this.#recall();
    const discarded = this.#waiting.unholdWhere(({ request }) => this.#revokedStamps.match(request.stamps));
    for (const received of discarded) this.#discard(received, 'revoked');
    if (discarded.length > 0) this.#parts.onHeld();
  }

  /** Starts nothing more. */
  close(): void {
    this.#closed = true;
    this.#concluder.close();
  }

  /** Gives back what has not started. Resolves when the broker has it. */
  async returnWaiting(): Promise<void> {
    await this.pool.recall?.();
    const waiting = this.#waiting.removeWhere(() => true);
    await Promise.all(waiting.map(({ delivery }) => this.#giveBack(delivery)));
    this.#checkIdle();
  }

  /** Forgets what has not started, since the broker has taken it back: all, or what is not held any more. */
  forgetWaiting(all: boolean): void {
    this.#waiting.removeWhere((received) => all || isLost(received));
    if (all) this.#orphan();
    this.#recall();
    this.#parts.onHeld();
    this.#checkIdle();
  }

  /**
   * Gives up what runs: unacknowledged messages go back, the others become failures. Their runs are not heard any more.
   * Resolves when broker and store know.
   */
  async abandonRunning(): Promise<void> {
    const running = this.#load.clear();
    for (const received of running) {
      received.abandoned = true;
      if (received.acknowledged) this.#concluder.end(received, workerLost(COLD_SHUTDOWN, 0));
    }
    const unsettled = running.filter((received) => !received.acknowledged);
    // Given up on purpose: that does not count against them.
    for (const received of unsettled) this.#suspects.clear(received);
    await Promise.all(unsettled.map(({ delivery }) => this.#giveBack(delivery)));
    await this.whenIdle();
  }

  /**
   * Stops running tasks whose messages are not acknowledged: they come again, here or elsewhere. Their state is RETRY until
   * then.
   * @see celery/worker/request.py Request.cancel
   */
  cancelRunning(why: string): void {
    const late = Array.from(this.#load.running).filter(({ acknowledged }) => !acknowledged);
    for (const received of late) {
      received.abandoned = true;
      this.#load.ended(received);
      this.#suspects.clear(received);
      this.pool.terminateTask?.(received, 'SIGTERM');
      void this.#starts.reportCancelled(received, why).then(() => {
        return received.delivery.held ? this.#giveBack(received.delivery) : undefined;
      });
    }
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
  }

  onEnded(received: ReceivedTask, outcome: Outcome): void {
    const { orphaned } = received;
    this.#load.ended(received);
    if (orphaned) this.#parts.onHeld();
    this.#parts.onLoad?.();
    if (!received.abandoned) this.#ended(received, outcome);
    // The slot of one that was given up is free all the same.
    this.#pump();
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
    if (this.#closed) for (const { delivery } of waiting) void this.#giveBack(delivery);
    else this.#waiting.addFirst(waiting);
    this.#pump();
  }

  onFree(): void {
    this.#parts.onHeld();
    this.#pump();
  }

  /** Messages of running tasks come again while these run. */
  #orphan(): void {
    this.#load.orphan();
    if (this.#runtime.settings.workerCancelLongRunningTasksOnConnectionLoss)
      this.cancelRunning('the connection to the broker was lost');
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
    const admission = this.#admit(decoded);
    if (admission === 'run' || admission === 'hold') this.#announce(decoded);
    if (admission === 'run') this.#waiting.add(decoded);
    else if (admission === 'hold') this.#waiting.hold(decoded, decoded.request.etaMs!);
    else this.#discard(decoded, admission);
  }

  /** A task that is discarded at once was never received, as far as monitors are concerned. */
  #announce({ request, task }: ReceivedTask): void {
    const { events } = this.#parts;
    if (!events.sends('task') || task?.options.sendEvents === false) return;
    events.send('task-received', receivedEventFields(request));
  }

  #admit({ request, task }: ReceivedTask): ReturnType<typeof admit> {
    const { clock } = this.#runtime;
    return admit(request, {
      isRegistered: task !== undefined,
      isRevoked: this.#revoked.has(request.id, clock.monotonic()) || this.#revokedStamps.match(request.stamps),
      nowMs: clock.now(),
    });
  }

  #discard(received: ReceivedTask, reason: DiscardReason): void {
    const revoked = (why: RevokedOutcome['reason']): RevokedOutcome => ({ kind: 'revoked', reason: why, signal: null });
    const ending = reason === 'unknown' ? notRegistered(received.request.task) : revoked(reason);
    this.#concluder.end(received, ending);
  }

  /** Mediates between what waits and free slots. */
  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      while (this.#mayStart) {
        const received = this.#next();
        if (received === undefined) break;
        this.#begin(received);
      }
    } finally {
      this.#pumping = false;
    }
    this.#checkIdle();
  }

  get #mayStart(): boolean {
    if (this.#closed || this.#loner !== undefined) return false;
    const { pending } = this.#concluder;
    return pending < LEAST_PENDING || pending < this.pool.concurrency * PENDING_PER_SLOT;
  }

  /** While one waits that must run alone, nothing else is started. */
  #next(): ReceivedTask | undefined {
    const { pool } = this;
    if (!this.#waiting.hasLoner) {
      const next = this.#waiting.peek();
      if (next === undefined || this.#mustWaitForAcks(next)) return undefined;
      const isAccepted = pool.accepts === undefined ? pool.free > 0 : pool.accepts(next);
      return isAccepted ? this.#waiting.take() : undefined;
    }
    if (this.#load.size > 0 || pool.free === 0) return undefined;
    this.#loner = this.#waiting.takeLoner();
    return this.#loner;
  }

  /**
   * A late acknowledgement keeps the slot of its task until the broker has it, so that a worker that dies leaves no more
   * tasks to be repeated than it has slots.
   */
  #mustWaitForAcks({ task }: ReceivedTask): boolean {
    const { lateUnsettled } = this.#concluder;
    return lateUnsettled > 0 && task?.options.acksLate === true && this.pool.free <= lateUnsettled;
  }

  /** It may have waited long: everything is looked at again. */
  #begin(received: ReceivedTask): void {
    const admission = isLost(received) ? 'lost' : this.#admit(received);
    if (admission !== 'run') this.#letGo(received);
    if (admission === 'lost') return;
    if (admission === 'hold') this.#waiting.hold(received, received.request.etaMs!);
    else if (admission !== 'run') this.#discard(received, admission);
    else if (this.#suspects.concerns(received)) void this.#examine(received);
    else if (received.begun !== undefined) void this.#startCounted(received);
    else this.#start(received);
  }

  #start(received: ReceivedTask): void {
    received.limits = this.#parts.timeLimits.of(received.request, received.task!);
    this.#load.give(received);
    try {
      this.pool.run(received);
    } catch (error) {
      // A pool that cannot take what it accepted: the task must not be forgotten.
      this.onEnded(received, refusedByPool(error));
    }
  }

  /** It came often: finds out whether it killed its processes. */
  async #examine(received: ReceivedTask): Promise<void> {
    const verdict = await this.#suspects.examine(received);
    if (this.#closed) void this.#giveBack(received.delivery);
    else if (verdict === 'run-alone') this.#waiting.addAlone(received);
    else if (verdict === 'run') this.#waiting.addAgain(received);
    else this.#concluder.end(received, verdict);
    this.#pump();
  }

  async #startCounted(received: ReceivedTask): Promise<void> {
    this.#load.give(received);
    await this.#suspects.record(received);
    if (received.abandoned) return;
    if (this.pool.free > 0) return this.#start(received);
    // The slot went to another task, or with its process.
    this.#load.returned(received);
    this.#letGo(received);
    this.#waiting.addAlone(received);
    this.#pump();
  }

  #letGo(message: HeldMessage): void {
    if (this.#loner === message) this.#loner = undefined;
  }

  #readBody(received: ReceivedTask): void {
    if (received.body !== undefined) return;
    const body = readBody(received.delivery.message, received.request, this.#runtime);
    if (!isUnreadable(body)) received.body = body;
  }

  #giveBack(delivery: Delivery): Promise<void> {
    return giveBack(delivery, this.#runtime.logger);
  }

  #onDone(message: HeldMessage): void {
    this.#letGo(message);
    this.#pump();
  }

  #checkIdle(): void {
    if (this.#idle === undefined || !this.isIdle) return;
    this.#idle.resolve();
    this.#idle = undefined;
  }
}

const COLD_SHUTDOWN = 'Worker exited prematurely: cold shutdown.';
