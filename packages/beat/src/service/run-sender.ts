import type { Celeriac } from '@celeriac/core';
import { type AppRuntime, runtimeOf } from '@celeriac/core/internal';
import { isCeleriacError, isReady } from '@celeriac/protocol';
import type { PendingRun, ScheduleEntry } from '../entry/schedule-entry.ts';

/** One run to send. */
export interface RunToSend {
  readonly entry: ScheduleEntry;
  readonly run: PendingRun;
}

/** How sending went: `retry` when the broker was away, `failed` when another attempt would fail too. */
export type SendOutcome = { readonly kind: 'sent' } | { readonly kind: 'retry' | 'failed'; readonly error: unknown };

/** Results that are as old as this are gone: a run whose result is not there has finished. */
const DEFAULT_EXPIRY_SECONDS = 86_400;

/** Sends the tasks of entries. */
export class RunSender {
  readonly #app: Celeriac;
  readonly #runtime: AppRuntime;

  constructor(app: Celeriac) {
    this.#app = app;
    this.#runtime = runtimeOf(app);
  }

  /** Never rejects. @see celery/beat.py Scheduler.apply_async */
  async send({ entry, run }: RunToSend): Promise<SendOutcome> {
    try {
      const [args, kwargs] = await Promise.all([evaluatedList(entry.args), evaluatedRecord(entry.kwargs)]);
      await this.#app.sendTask(entry.task, args, {
        ...entry.options,
        kwargs,
        taskId: run.id,
        headers: { ...entry.options.headers, periodic_task_name: entry.name },
      });
      return { kind: 'sent' };
    } catch (error) {
      return { kind: isCeleriacError(error, 'CLR_PUBLISH') ? 'retry' : 'failed', error };
    }
  }

  /** Which of these tasks have not finished, as far as the result store knows; undefined when it does not answer. */
  async unfinished(
    tasks: readonly { readonly id: string; readonly sentAtMs: number }[],
  ): Promise<ReadonlySet<string> | undefined> {
    try {
      const backend = await this.#runtime.backend();
      if (backend === undefined) return new Set();
      const metas = await backend.load(tasks.map(({ id }) => id));
      const oldestMs =
        this.#runtime.clock.now() - (this.#runtime.settings.resultExpires || DEFAULT_EXPIRY_SECONDS) * 1000;
      const open = tasks.filter(({ sentAtMs }, index) => {
        const meta = metas[index];
        return meta === undefined ? sentAtMs > oldestMs : !isReady(meta.status);
      });
      return new Set(open.map(({ id }) => id));
    } catch (error) {
      this.#runtime.logger.warning(`beat: the result store does not answer: ${messageOf(error)}`);
      return undefined;
    }
  }

  /** Which of these ids have a result already: their messages arrived. */
  async arrived(ids: readonly string[]): Promise<ReadonlySet<string>> {
    try {
      const backend = await this.#runtime.backend();
      const metas = (await backend?.load(ids)) ?? [];
      return new Set(ids.filter((_id, index) => metas[index] !== undefined));
    } catch {
      return new Set();
    }
  }
}

/** Functions are called; what they return may be a promise. @see celery/beat.py BeatLazyFunc */
function evaluated(value: unknown): unknown {
  return typeof value === 'function' ? value() : value;
}

function evaluatedList(values: readonly unknown[]): Promise<unknown[]> {
  return Promise.all(values.map(evaluated));
}

async function evaluatedRecord(values: { readonly [name: string]: unknown }): Promise<{ [name: string]: unknown }> {
  const pairs = Object.entries(values).map(async ([name, value]) => [name, await evaluated(value)] as const);
  return Object.fromEntries(await Promise.all(pairs));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
