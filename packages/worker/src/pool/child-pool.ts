import { RESULT_LIMITS } from '@celeriac/backend';
import type { AppRuntime, Outcome } from '@celeriac/core/internal';
import { backoffMs, systemClock, type Timer } from '@celeriac/protocol';
import { deliveryInfoOf } from '../execute/delivery-info.ts';
import { Deadlines } from '../limits/deadlines.ts';
import type { ReceivedTask } from '../request/received-task.ts';
import { AheadWatch } from './ahead-watch.ts';
import type { ChildSetup, EndedReport } from './child/child-messages.ts';
import { Lane, type Run } from './lane.ts';
import type { Pool, PoolHost } from './pool.ts';
import type { MakeChild, PoolChild } from './pool-child.ts';
import { terminated, timedOut } from './pool-outcomes.ts';
import { RunEnder } from './run-ender.ts';
import { TaskTimes } from './task-times.ts';
import { type ProcessEnd, workerLost, workerLostText } from './worker-lost.ts';

/** Waits between children that do not even get ready. */
const RESTART = Object.freeze({ baseMs: 500, factor: 2, maxMs: 30_000, jitter: 1 });
/** Tasks that wait with a child for their turn. */
const MOST_AHEAD = 8;
/** Short tasks in a row after which it counts on more of them. */
const STEADY = 100;
const MOST_CHILDREN = 1000;

/** What a pool of children needs. */
export interface ChildPoolParts {
  readonly kind: 'prefork' | 'threads';
  readonly runtime: AppRuntime;
  readonly host: PoolHost;
  /** Children. */
  readonly size: number;
  readonly setup: ChildSetup;
  readonly aliveTimeoutMs: number;
  readonly makeChild: MakeChild;
  /** A task goes to a child only when that child is idle. */
  readonly isFair: boolean;
  /** Tasks after which a child is replaced; undefined = never. */
  readonly maxTasksPerChild: number | undefined;
  /** Memory in bytes above which a child is replaced after its task; undefined = any. */
  readonly maxMemoryBytes: number | undefined;
}

/** Runs each task in a child: a process or a thread that has loaded the app, and takes one task, or a few, at a time. */
export class ChildPool implements Pool {
  readonly kind: 'prefork' | 'threads';
  readonly #parts: ChildPoolParts;
  readonly #perChild: number;
  readonly #lanes: Map<PoolChild, Lane> = new Map();
  readonly #times: TaskTimes = new TaskTimes();
  readonly #restarts: Set<Timer> = new Set();
  readonly #hardLimits: Deadlines<Run>;
  readonly #ender: RunEnder;
  readonly #aheadWatch: AheadWatch;
  #size: number;
  #keys = 0;
  /** Short tasks in a row. */
  #streak = 0;
  /** Children in a row that ended before they were ready. */
  #failures = 0;
  #ending = false;

  constructor(parts: ChildPoolParts) {
    this.#parts = parts;
    this.kind = parts.kind;
    this.#size = parts.size;
    this.#perChild = parts.setup.concurrency;
    this.#aheadWatch = new AheadWatch(this.#lanes, (lane) => this.#recall(lane));
    this.#ender = new RunEnder({ recall: (lane) => this.#recall(lane), kill: (lane) => this.#kill(lane) });
    this.#hardLimits = new Deadlines(systemClock, (run) => this.#end(run, timedOut(run.received.limits!.hardMs!)));
  }

  get concurrency(): number {
    return this.#size * this.#perChild;
  }

  get free(): number {
    let free = 0;
    for (const lane of this.#lanes.values()) if (this.#isOpen(lane)) free += this.#perChild - lane.started;
    return free;
  }

  get ahead(): number {
    return this.#streak < STEADY ? 0 : this.#size * MOST_AHEAD;
  }

  get processes(): readonly number[] {
    return Array.from(this.#lanes.keys(), ({ pid }) => pid);
  }

  accepts({ request }: ReceivedTask): boolean {
    const lane = this.#laneFor(this.#isShort(request.task));
    if (lane === undefined) return false;
    // Nothing is handed on to what seems to be stuck.
    return lane.runs.size < this.#perChild || this.#aheadWatch.isMoving(lane);
  }

  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#ending = false;
    const onAbort = (): void => void this.terminate();
    signal.addEventListener('abort', onAbort);
    try {
      const started = Array.from({ length: this.#size }, () => this.#launch());
      await Promise.all(started.map((child) => child.ready));
    } catch (error) {
      await this.terminate();
      throw signal.aborted ? signal.reason : error;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  run(received: ReceivedTask): void {
    const isShort = this.#isShort(received.request.task);
    const lane = this.#laneFor(isShort)!;
    const run: Run = {
      received,
      job: ++lane.given,
      key: String(++this.#keys),
      isShort,
      isStarted: false,
      startedAtMs: 0,
      ending: undefined,
      isTold: false,
    };
    lane.runs.set(run.job, run);
    lane.ahead.push(run);
    if (!isShort) lane.long++;
    const { message, limits } = received;
    lane.post({ job: run.job, message, delivery: deliveryInfoOf(received), softMs: limits?.softMs });
    if (lane.started < this.#perChild) this.#started(lane, run);
    else this.#aheadWatch.start();
    const { maxTasksPerChild } = this.#parts;
    if (maxTasksPerChild !== undefined && lane.given >= maxTasksPerChild) lane.isRetiring = true;
  }

  async recall(): Promise<void> {
    await Promise.all(Array.from(this.#lanes.values(), (lane) => this.#recall(lane)));
  }

  grow(count: number): void {
    const size = this.#size + count;
    if (!(count > 0) || size > MOST_CHILDREN) throw new RangeError(`A pool has at most ${MOST_CHILDREN} children.`);
    this.#size = size;
    this.#refill();
  }

  shrink(count: number): void {
    if (!(count > 0) || count >= this.#size) throw new RangeError('A pool has at least one child.');
    this.#size -= count;
    const lanes = [...this.#lanes.values()].filter((lane) => !lane.isRetiring);
    // Those with the least to do go first.
    lanes.sort((one, other) => one.runs.size - other.runs.size);
    for (const lane of lanes.slice(0, Math.max(0, lanes.length - this.#size))) this.#retire(lane);
    this.#parts.host.onFree();
  }

  async restart(): Promise<void> {
    const lanes = [...this.#lanes.values()];
    for (const lane of lanes) this.#retire(lane);
    await Promise.all(lanes.map((lane) => lane.child.gone));
  }

  terminateTask(received: ReceivedTask, signal: NodeJS.Signals): void {
    for (const lane of this.#lanes.values()) {
      for (const run of lane.runs.values()) {
        if (run.received !== received || !run.isStarted) continue;
        if (signal === 'SIGUSR1') lane.child.send({ kind: 'abort', job: run.job, why: 'soft-limit' });
        else this.#ender.end(lane, run, terminated(signal));
      }
    }
  }

  async stop(): Promise<void> {
    this.#close();
    await Promise.all(Array.from(this.#lanes.keys(), (child) => child.stop()));
  }

  async terminate(): Promise<void> {
    this.#close();
    for (const lane of this.#lanes.values()) lane.runs.clear();
    const children = [...this.#lanes.keys()];
    for (const child of children) child.kill();
    await Promise.all(children.map((child) => child.gone));
  }

  #close(): void {
    this.#ending = true;
    this.#hardLimits.clear();
    this.#aheadWatch.stop();
    for (const timer of this.#restarts) timer.cancel();
    this.#restarts.clear();
  }

  #isShort(task: string): boolean {
    return !this.#parts.isFair && this.#times.isShort(task);
  }

  #isOpen(lane: Lane): boolean {
    const isTaking = lane.isReady && !lane.isRetiring && lane.recalling === undefined && lane.ending.size === 0;
    return isTaking && !this.#ending;
  }

  /** The child that gets the next task: the one with the most free places, else one whose tasks are over in no time. */
  #laneFor(isShort: boolean): Lane | undefined {
    let best: Lane | undefined;
    for (const lane of this.#lanes.values()) {
      if (!this.#isOpen(lane)) continue;
      if (lane.runs.size === 0) return lane;
      if (best === undefined || lane.runs.size < best.runs.size) best = lane;
    }
    if (best === undefined || best.runs.size < this.#perChild) return best;
    return isShort && best.long === 0 && best.ahead.length < MOST_AHEAD ? best : undefined;
  }

  #launch(): PoolChild {
    const { kind, setup, aliveTimeoutMs, makeChild, runtime } = this.#parts;
    const { workerBeforeCreateProcess } = runtime.signals;
    if (kind === 'prefork') workerBeforeCreateProcess.send({ hostname: setup.hostname });
    const child = makeChild({
      setup,
      aliveTimeoutMs,
      onEnded: (from, report) => this.#onEnded(from, report),
      onGone: (from, end) => this.#onGone(from, end),
    });
    const lane = new Lane(child);
    this.#lanes.set(child, lane);
    child.ready.then(
      () => this.#onReady(lane),
      () => {},
    );
    return child;
  }

  /** As many children as there should be, those not counted that are about to end. */
  #refill(): void {
    let missing = this.#size - this.#restarts.size;
    for (const lane of this.#lanes.values()) if (!lane.isRetiring) missing--;
    for (; missing > 0 && !this.#ending; missing--) this.#launch();
  }

  #onReady(lane: Lane): void {
    this.#failures = 0;
    lane.isReady = true;
    if (lane.isRetiring) void lane.child.stop();
    else if (!this.#ending) this.#parts.host.onFree();
  }

  #started(lane: Lane, run: Run): void {
    lane.ahead.splice(lane.ahead.indexOf(run), 1);
    lane.started++;
    run.isStarted = true;
    run.startedAtMs = systemClock.monotonic();
    lane.progressMs = run.startedAtMs;
    const { limits } = run.received;
    if (limits?.hardMs !== undefined) this.#hardLimits.add(run.key, limits.hardMs, run);
    this.#parts.host.onStarted(run.received, lane.child.pid);
  }

  #onEnded(child: PoolChild, { job, outcome, encodedValue, memoryBytes }: EndedReport): void {
    const lane = this.#lanes.get(child);
    const run = lane?.runs.get(job);
    if (lane === undefined || run === undefined) return;
    // Whoever wants to stop it as it starts comes too late.
    const { ending } = run;
    if (!run.isStarted) this.#started(lane, run);
    this.#remove(lane, run);
    if ('runtimeMs' in outcome) this.#note(run.received.request.task, outcome.runtimeMs);
    const { maxMemoryBytes } = this.#parts;
    if (maxMemoryBytes !== undefined && (memoryBytes ?? 0) > maxMemoryBytes) this.#retire(lane);
    // The child goes on with the next one by itself.
    else if (lane.recalling === undefined) this.#startAhead(lane);
    this.#ender.look(lane);
    this.#retireIfDone(lane);
    this.#parts.host.onEnded(run.received, ending ?? this.#decoded(outcome, encodedValue));
  }

  #note(task: string, runtimeMs: number): void {
    this.#times.note(task, runtimeMs);
    const { ahead } = this;
    this.#streak = this.#isShort(task) ? this.#streak + 1 : 0;
    if (this.ahead !== ahead) this.#parts.host.onFree();
  }

  #startAhead(lane: Lane): void {
    while (lane.started < this.#perChild && lane.ahead.length > 0) this.#started(lane, lane.ahead[0]!);
  }

  #remove(lane: Lane, run: Run): void {
    lane.remove(run);
    if (run.received.limits?.hardMs !== undefined) this.#hardLimits.remove(run.key);
  }

  #decoded(outcome: Outcome, encodedValue: string | undefined): Outcome {
    if (outcome.kind !== 'success' || encodedValue === undefined) return outcome;
    const { serializers, settings } = this.#parts.runtime;
    const value = serializers
      .byName(settings.resultSerializer)
      .decode(Buffer.from(encodedValue, 'base64'), RESULT_LIMITS);
    return { ...outcome, value };
  }

  /** No more tasks for it; another takes its place when it has none. */
  #retire(lane: Lane): void {
    lane.isRetiring = true;
    void this.#recall(lane);
    this.#retireIfDone(lane);
  }

  #retireIfDone(lane: Lane): void {
    if (!lane.isRetiring || lane.runs.size > 0 || this.#ending) return;
    if (lane.isReady) void lane.child.stop();
    lane.isReady = false;
    this.#refill();
  }

  #end(run: Run, ending: Outcome): void {
    for (const lane of this.#lanes.values()) if (lane.runs.get(run.job) === run) this.#ender.end(lane, run, ending);
  }

  /** Another child starts while this one ends. */
  #kill(lane: Lane): void {
    lane.isRetiring = true;
    lane.child.kill();
    this.#refill();
  }

  /** Takes back what waits with a child. What the child has started meanwhile stays there. */
  #recall(lane: Lane): Promise<void> {
    if (lane.recalling !== undefined) return lane.recalling;
    if (lane.ahead.length === 0) return Promise.resolve();
    lane.recalling = this.#takeBack(lane);
    return lane.recalling;
  }

  async #takeBack(lane: Lane): Promise<void> {
    const jobs = lane.ahead.map(({ job }) => job);
    const taken = await Promise.race([lane.child.recall(jobs), lane.child.gone.then(() => undefined)]);
    lane.recalling = undefined;
    // Gone: whoever noticed has dealt with all of them.
    if (taken === undefined || this.#lanes.get(lane.child) !== lane) return;
    const returned = taken.flatMap((job) => lane.runs.get(job) ?? []);
    for (const run of returned) this.#remove(lane, run);
    this.#startAhead(lane);
    this.#retireIfDone(lane);
    if (returned.length > 0) this.#parts.host.onReturned(returned.map(({ received }) => received));
    else if (!this.#ending) this.#parts.host.onFree();
  }

  #onGone(child: PoolChild, end: ProcessEnd): void {
    const lane = this.#lanes.get(child)!;
    this.#lanes.delete(child);
    const runs = [...lane.runs.values()];
    const wasReady = lane.isReady || runs.length > 0;
    const isExpected = lane.isRetiring || runs.some(({ ending }) => ending !== undefined);
    if (!this.#ending) this.#replace(lane, end, wasReady, isExpected);
    const { host } = this.#parts;
    for (const run of runs) this.#remove(lane, run);
    const waiting = runs.filter(({ isStarted }) => !isStarted);
    if (waiting.length > 0) host.onReturned(waiting.map(({ received }) => received));
    for (const run of runs.filter(({ isStarted }) => isStarted)) {
      const runtimeMs = systemClock.monotonic() - run.startedAtMs;
      host.onEnded(run.received, run.ending ?? workerLost(workerLostText(end, run.job), runtimeMs));
    }
  }

  /** At once after a child that worked; with growing patience after one that never did. */
  #replace(lane: Lane, { exitCode, signal, reason }: ProcessEnd, wasReady: boolean, isExpected: boolean): void {
    const { logger } = this.#parts.runtime;
    if (!isExpected)
      logger.error(`Pool process ${lane.child.pid} ended, starting another`, { exitCode, signal, reason });
    if (wasReady || isExpected) {
      this.#refill();
      return;
    }
    const timer = systemClock.setTimer(backoffMs(this.#failures++, RESTART), () => {
      this.#restarts.delete(timer);
      this.#refill();
    });
    this.#restarts.add(timer);
  }
}
