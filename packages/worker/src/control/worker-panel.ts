import type { AppRuntime } from '@celeriac/core/internal';
import { isCeleriacError } from '@celeriac/protocol';
import type { WorkerInternals } from '../lifecycle/worker-internals.ts';
import { CommandError } from './command-error.ts';
import type {
  AutoscalePanel,
  ControlPanel,
  ElectionPanel,
  EventPanel,
  PoolPanel,
  QueuePanel,
  TaskPanel,
} from './control-panel.ts';

/** The worker as control commands see it. */
export class WorkerPanel implements ControlPanel {
  readonly hostname: string;
  readonly runtime: AppRuntime;
  readonly tasks: TaskPanel;
  readonly queues: QueuePanel;
  readonly pool: PoolPanel;
  readonly #worker: WorkerInternals;

  constructor(worker: WorkerInternals) {
    this.#worker = worker;
    this.hostname = worker.hostname;
    this.runtime = worker.runtime;
    this.tasks = worker.pipeline;
    this.queues = queuePanel(worker);
    this.pool = poolPanel(worker);
  }

  get autoscaler(): AutoscalePanel | undefined {
    return this.#worker.autoscaler;
  }

  get events(): EventPanel {
    const { dispatcher, heart } = this.#worker.events;
    return {
      enableTaskEvents: () => dispatcher.enableGroup('task'),
      disableTaskEvents: () => dispatcher.disableGroup('task'),
      heartbeat: () => heart?.beat(),
    };
  }

  get gossip(): ElectionPanel | undefined {
    return this.#worker.events.gossip;
  }

  get started(): ReadonlyMap<string, number> {
    return this.#worker.counters.startedByTask;
  }

  get stepInfo(): { readonly [step: string]: object } {
    return this.#worker.stepInfo;
  }

  get prefetchCount(): number {
    return this.#worker.consumer.tasks.prefetch;
  }

  get uptimeSeconds(): number {
    return (this.runtime.clock.monotonic() - this.#worker.startedAtMs) / 1000;
  }

  get brokerUrl(): string {
    return this.#worker.consumer.connected?.url ?? '';
  }

  setRateLimit(task: string, rate: string | number | null): void {
    this.#worker.rateLimits.set(task, rate);
  }

  setTimeLimits(task: string, limits: { readonly soft: number | null; readonly hard: number | null }): void {
    this.#worker.timeLimits.set(task, limits);
  }

  shutDown(reason: string): void {
    this.#worker.shutDown(reason);
  }
}

function queuePanel({ runtime, consumer }: WorkerInternals): QueuePanel {
  return {
    get active() {
      return consumer.tasks.queues.map((name) => ({ name, queue: runtime.queueTable.find(name) }));
    },
    async add(queue) {
      const { names, topology } = runtime.queueTable.consumed([queue.name]);
      try {
        await consumer.tasks.add({ names, topology });
        runtime.logger.info(`Started consuming from ${queue.name}`);
      } catch (error) {
        // It is read as soon as the broker is back.
        if (isCeleriacError(error, 'CLR_CONNECTION_LOST')) return;
        await consumer.tasks.cancel(names);
        throw error;
      }
    },
    async cancel(name) {
      try {
        await consumer.tasks.cancel([name]);
      } catch (error) {
        if (!isCeleriacError(error, 'CLR_CONNECTION_LOST')) throw error;
      }
      runtime.logger.info(`No longer consuming from ${name}`);
    },
  };
}

function poolPanel({ pipeline, counters, runtime, options }: WorkerInternals): PoolPanel {
  const { pool } = pipeline;
  const cannot = (what: string): CommandError => new CommandError('ValueError', `The pool ${pool.kind} cannot ${what}`);
  return {
    get info() {
      const { taskSoftTimeLimit = 0, taskTimeLimit = 0 } = runtime.settings;
      const total = Array.from(counters.startedByTask.values()).reduce((sum, count) => sum + count, 0);
      const active = Math.max(0, pool.concurrency - pool.free);
      return {
        implementation: `celeriac:${pool.kind}`,
        'max-concurrency': pool.concurrency,
        processes: pool.processes,
        'max-tasks-per-child': options.maxTasksPerChild ?? 'N/A',
        'put-guarded-by-semaphore': false,
        timeouts: [taskSoftTimeLimit, taskTimeLimit],
        writes: { total, strategy: 'fair', inqueues: { total: pool.concurrency, active } },
      };
    },
    grow(count) {
      if (pool.grow === undefined) throw cannot('grow');
      return pool.grow(count);
    },
    shrink(count) {
      if (pool.shrink === undefined) throw cannot('shrink');
      return pool.shrink(count);
    },
    restart() {
      if (pool.restart === undefined) throw cannot('be restarted');
      return pool.restart();
    },
    terminate(received, signal) {
      if (pool.terminateTask === undefined && pipeline.load.running.has(received)) throw cannot('end single tasks');
      pipeline.terminate(received, signal);
    },
  };
}
