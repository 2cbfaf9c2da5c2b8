import type { Celeriac } from '@celeriac/core';
import { type AppRuntime, runtimeOf } from '@celeriac/core/internal';
import { escapeForLog, type Timer, tracebackOf } from '@celeriac/protocol';
import type { EntryState, PendingRun } from '../entry/schedule-entry.ts';
import type { DueEntry, Scheduled, Scheduler } from '../scheduler/scheduler.ts';
import type { BeatEvent } from './beat-event.ts';
import type { RecentIds } from './recent-ids.ts';
import { RunSender, type RunToSend } from './run-sender.ts';
import type { StateWriter } from './state-writer.ts';

/** What a {@link RunDispatcher} works with. */
export interface RunDispatcherParts {
  readonly app: Celeriac;
  readonly scheduler: Scheduler;
  readonly writer: StateWriter;
  /** What this process has sent, in earlier terms too. */
  readonly recent: RecentIds;
  readonly emit: (event: BeatEvent) => void;
  /** The store says that another beat leads, or cannot be reached. */
  readonly onLost: (reason: string) => void;
}

/** Runs that the broker did not take are sent again after this, under the same ids. */
const RETRY_MS = 5000;

/**
 * Takes what is due to the broker: claimed in the store first, then sent, then noted as sent. A claim says under which id a
 * run is sent; whoever finds one that is not noted as sent sends it again under that id.
 */
export class RunDispatcher {
  readonly #parts: RunDispatcherParts;
  readonly #runtime: AppRuntime;
  readonly #sender: RunSender;
  readonly #underWay: Set<Promise<void>> = new Set();
  readonly #unsent: Map<string, RunToSend> = new Map();
  readonly #told: Set<string> = new Set();
  #retry: Timer | undefined;
  #isOver = false;

  constructor(parts: RunDispatcherParts) {
    this.#parts = parts;
    this.#runtime = runtimeOf(parts.app);
    this.#sender = new RunSender(parts.app);
  }

  /** Starts sending; does not wait for it. */
  dispatch(due: readonly DueEntry[]): void {
    this.#track(this.#dispatch(due));
  }

  /** Sends again what was claimed and is not known to be sent. */
  async resume(all: readonly Scheduled[]): Promise<void> {
    const runs = all.flatMap(({ entry, state }) => state.pending.map((run): RunToSend => ({ entry, run })));
    if (runs.length === 0) return;
    const known = await this.#sender.arrived(runs.map(({ run }) => run.id));
    const hasArrived = ({ run }: RunToSend): boolean => known.has(run.id) || this.#parts.recent.has(run.id);
    const missing = runs.filter((one) => !hasArrived(one));
    for (const one of runs) if (hasArrived(one)) this.#noteSent(one.entry.name, one.run);
    if (missing.length < runs.length) void this.#write(runs.map(({ entry }) => entry.name));
    this.#track(this.#send(missing));
  }

  /** Waits for what is under way, for so long at most. */
  async settle(longestMs: number): Promise<void> {
    this.#isOver = true;
    this.#retry?.cancel();
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = this.#runtime.clock.setTimer(longestMs, resolve);
    await Promise.race([Promise.all(this.#underWay), late]);
    timer.cancel();
  }

  #track(work: Promise<void>): void {
    const tracked = work
      .catch((error: unknown) => {
        this.#runtime.logger.error(`beat: ${messageOf(error)}`, { traceback: tracebackOf(error) });
      })
      .finally(() => this.#underWay.delete(tracked));
    this.#underWay.add(tracked);
  }

  async #dispatch(due: readonly DueEntry[]): Promise<void> {
    if (!(await this.#write(due.map(({ entry }) => entry.name)))) return;
    const wanted: RunToSend[] = [];
    for (const { entry, runs, hasDropped, state } of due) {
      if (hasDropped) this.#tellSkipped(entry.name, state.lastDueMs ?? 0, 'missed');
      for (const run of runs) {
        // A store that lost its last writes makes due times come again.
        if (this.#parts.recent.has(run.id)) this.#change(entry.name, (known) => without(known, run.id));
        else wanted.push({ entry, run });
      }
    }
    const allowed = await this.#withoutOverlaps(wanted);
    if (allowed.length > 0) await this.#send(allowed);
  }

  async #send(runs: readonly RunToSend[]): Promise<void> {
    const { scheduler } = this.#parts;
    const outcomes = await Promise.all(
      runs.map(async (one) => {
        this.#announce(one);
        const outcome = await this.#sender.send(one);
        const { entry, run } = one;
        this.#unsent.delete(run.id);
        if (outcome.kind === 'sent') this.#noteSent(entry.name, run);
        else if (outcome.kind === 'failed') this.#change(entry.name, (state) => without(state, run.id));
        else if (isPending(scheduler.get(entry.name)?.state, run.id)) this.#unsent.set(run.id, one);
        this.#tellOutcome(one, outcome);
        return outcome;
      }),
    );
    if (outcomes.some(({ kind }) => kind !== 'retry')) await this.#write(new Set(runs.map(({ entry }) => entry.name)));
    if (this.#unsent.size > 0) this.#retryLater();
  }

  #retryLater(): void {
    if (this.#isOver || this.#retry !== undefined) return;
    this.#retry = this.#runtime.clock.setTimer(RETRY_MS, () => {
      this.#retry = undefined;
      const pending = [...this.#unsent.values()].filter(({ entry, run }) =>
        isPending(this.#parts.scheduler.get(entry.name)?.state, run.id),
      );
      this.#unsent.clear();
      if (pending.length > 0) this.#track(this.#send(pending));
    });
  }

  /** Leaves out the runs whose predecessor has not finished. */
  async #withoutOverlaps(runs: readonly RunToSend[]): Promise<readonly RunToSend[]> {
    const { scheduler } = this.#parts;
    const watched = runs.flatMap(({ entry, run }) => {
      const state = entry.overlap === 'skip' ? scheduler.get(entry.name)?.state : undefined;
      const { lastTaskId, lastRunAtMs } = state ?? { lastTaskId: null, lastRunAtMs: null };
      return lastTaskId === null ? [] : [{ name: entry.name, run, id: lastTaskId, sentAtMs: lastRunAtMs ?? 0 }];
    });
    if (watched.length === 0) return runs;
    const unfinished = await this.#sender.unfinished(watched);
    const skipped = watched.filter(({ id }) => unfinished === undefined || unfinished.has(id));
    for (const { name, run } of skipped) {
      this.#change(name, (state) => without(state, run.id));
      this.#tellSkipped(name, run.dueMs, 'overlap');
    }
    if (skipped.length > 0) await this.#write(skipped.map(({ name }) => name));
    const ids = new Set(skipped.map(({ run }) => run.id));
    return runs.filter(({ run }) => !ids.has(run.id));
  }

  #noteSent(name: string, run: PendingRun): void {
    const nowMs = this.#runtime.clock.now();
    this.#parts.recent.add(run.id);
    this.#change(name, (state) => ({
      ...without(state, run.id),
      lastRunAtMs: nowMs,
      lastTaskId: run.id,
      totalRunCount: state.totalRunCount + 1,
    }));
  }

  #change(name: string, change: (state: EntryState) => EntryState): void {
    const { scheduler } = this.#parts;
    const state = scheduler.get(name)?.state;
    if (state !== undefined) scheduler.update(name, change(state));
  }

  async #write(names: Iterable<string>): Promise<boolean> {
    try {
      if (await this.#parts.writer.write(names)) return true;
      this.#parts.onLost('another beat leads');
    } catch (error) {
      this.#parts.onLost(messageOf(error));
    }
    return false;
  }

  #announce({ entry }: RunToSend): void {
    const { logger, tasks } = this.#runtime;
    const name = escapeForLog(entry.name, 100);
    if (logger.isEnabled('info')) {
      logger.info(`Scheduler: Sending due task ${name} (${escapeForLog(entry.task, 100)})`);
    }
    if (entry.isForeign || tasks.has(entry.task)) return;
    this.#parts.emit({ type: 'unknown-task', entry: entry.name, task: entry.task });
    if (this.#told.has(entry.name)) return;
    this.#told.add(entry.name);
    logger.error(
      `beat: ${name} sends ${escapeForLog(entry.task, 100)}, which is unknown here; no worker of this application will run it.`,
    );
  }

  #tellOutcome({ entry, run }: RunToSend, outcome: Awaited<ReturnType<RunSender['send']>>): void {
    const { emit } = this.#parts;
    const about = { entry: entry.name, task: entry.task, id: run.id, dueMs: run.dueMs };
    if (outcome.kind === 'sent') {
      emit({ type: 'sent', ...about, lateMs: this.#runtime.clock.now() - run.dueMs });
      return;
    }
    const willRetry = outcome.kind === 'retry';
    this.#runtime.logger.error(
      `beat: Couldn't apply scheduled task ${escapeForLog(entry.name, 100)}: ${messageOf(outcome.error)}${willRetry ? ` It is sent again in ${RETRY_MS / 1000} seconds.` : ''}`,
    );
    emit({ type: 'failed', ...about, error: outcome.error, willRetry });
  }

  #tellSkipped(entry: string, dueMs: number, reason: 'missed' | 'overlap'): void {
    const why = reason === 'missed' ? 'runs were missed' : 'its last run has not finished';
    this.#runtime.logger.warning(`beat: ${escapeForLog(entry, 100)} was left out: ${why}`);
    this.#parts.emit({ type: 'skipped', entry, dueMs, reason });
  }
}

function without(state: EntryState, id: string): EntryState {
  return { ...state, pending: state.pending.filter((run) => run.id !== id) };
}

function isPending(state: EntryState | undefined, id: string): boolean {
  return state?.pending.some((run) => run.id === id) === true;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
