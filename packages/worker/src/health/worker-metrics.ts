import type { PromClient, PromRegistry } from '@celeriac/core/internal';
import type { WorkerInternals } from '../lifecycle/worker-internals.ts';

/** The metrics of one worker, for Prometheus. Counted where they are counted anyway and read when somebody asks. */
export class WorkerMetrics {
  readonly #registry: PromRegistry;

  /** @throws {PackageNotInstalledError} without `prom-client` */
  constructor(worker: WorkerInternals) {
    const client = worker.runtime.loadOptionalPackage('prom-client', '/metrics') as PromClient;
    this.#registry = new client.Registry();
    this.#registry.setDefaultLabels({ worker: worker.hostname });
    client.collectDefaultMetrics({ register: this.#registry });
    this.#addTo(client, worker);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  #addTo(client: PromClient, { counters, pipeline }: WorkerInternals): void {
    const registers = [this.#registry];
    const total = (name: string, help: string, read: () => number): void => {
      const counter = new client.Counter({
        name: `celeriac_tasks_${name}_total`,
        help,
        registers,
        collect: () => {
          counter.reset();
          counter.inc(read());
        },
      });
    };
    const level = (name: string, help: string, read: () => number): void => {
      const gauge = new client.Gauge({
        name: `celeriac_${name}`,
        help,
        registers,
        collect: () => gauge.set(read()),
      });
    };
    total('received', 'Messages that came, readable or not', () => counters.received);
    total('succeeded', 'Tasks that succeeded', () => counters.succeeded);
    total('failed', 'Tasks that failed', () => counters.failed);
    total('retried', 'Runs that asked for another one', () => counters.retried);
    total('revoked', 'Tasks that were revoked or had expired', () => counters.revoked);
    total('quarantined', 'Messages that were put aside', () => counters.quarantined);
    level('tasks_active', 'Tasks that run', () => pipeline.active);
    level('tasks_reserved', 'Tasks that were received and have not started', () => pipeline.reserved);
    level('tasks_scheduled', 'Of these, those that wait for their time', () => pipeline.held);
    level('pool_slots', 'Tasks that can run at a time', () => pipeline.pool.concurrency);
    const started = new client.Counter({
      name: 'celeriac_tasks_started_total',
      help: 'Tasks that were started, by name',
      labelNames: ['task'],
      registers,
      collect: () => {
        started.reset();
        for (const [task, count] of counters.startedByTask) started.inc({ task }, count);
      },
    });
  }
}
