import type { Backend, ResultWatch } from '@celeriac/backend';
import type { ResultMeta } from '@celeriac/protocol';
import { until } from '../conformance/within.ts';

/** A watch that collects what is reported. */
export class WatchInbox {
  /** Every report, in order. */
  readonly reported: ResultMeta[] = [];
  readonly watch: ResultWatch;
  /** Whether the callback was ever called with nothing. */
  sawEmptyCall = false;

  constructor(backend: Backend) {
    this.watch = backend.watch((metas) => {
      if (metas.length === 0) this.sawEmptyCall = true;
      this.reported.push(...metas);
    });
  }

  /** Task ids in order of their reports. */
  get ids(): string[] {
    return this.reported.map((meta) => meta.task_id);
  }

  /** Resolves when every id has been reported at least once. */
  async reports(ids: readonly string[], timeoutMs: number): Promise<void> {
    const missing = new Set(ids);
    let seen = 0;
    const allThere = (): boolean => {
      for (; seen < this.reported.length; seen++) missing.delete(this.reported[seen]!.task_id);
      return missing.size === 0;
    };
    await until(allThere, timeoutMs, `the watch reports ${ids.length} results`);
  }
}
