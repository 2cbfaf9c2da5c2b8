import {
  type AppOwner,
  type AppRuntime,
  type PromClient,
  type PromCounter,
  type PromGauge,
  type PromHistogram,
  type PromRegistry,
  type ReceivedEvent,
  runtimeOf,
} from '@celeriac/core/internal';
import { ClusterState } from './cluster-state.ts';
import { LabelLimit } from './label-limit.ts';
import type { TaskState } from './task-state.ts';
import { isAlive } from './worker-state.ts';

/** Settings of {@link EventMetrics}. */
export interface EventMetricsOptions {
  /** Takes the events in, too. Default: a new one. */
  readonly state?: ClusterState;
  /** Upper bounds of the histogram of run times, seconds. Default: as Flower. */
  readonly runtimeBuckets?: readonly number[];
  /** Names of tasks, and of workers, that have numbers of their own; those of all others are added up. Default 1,000. */
  readonly maxNames?: number;
}

/** @see prometheus_client Histogram.DEFAULT_BUCKETS, Flower's task_runtime_metric_buckets */
const BUCKETS: readonly number[] = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
const MOST_NAMES = 1000;
const BOTH = ['worker', 'task'] as const;

/**
 * Numbers for Prometheus out of the events of all workers, under Flower's names: dashboards made for Flower show them.
 * @see flower/events.py PrometheusMetrics
 */
export class EventMetrics {
  readonly state: ClusterState;
  readonly #runtime: AppRuntime;
  readonly #registry: PromRegistry;
  readonly #events: PromCounter;
  readonly #runTime: PromHistogram;
  readonly #prefetchTime: PromGauge;
  readonly #workers: LabelLimit;
  readonly #tasks: LabelLimit;

  /** @throws {PackageNotInstalledError} without `prom-client` | @throws {Error} of it, for buckets that cannot be */
  constructor(app: AppOwner, options: EventMetricsOptions = {}) {
    const { state = new ClusterState(), runtimeBuckets = BUCKETS, maxNames = MOST_NAMES } = options;
    this.#runtime = runtimeOf(app);
    this.state = state;
    this.#workers = new LabelLimit(maxNames);
    this.#tasks = new LabelLimit(maxNames);
    const client = this.#runtime.loadOptionalPackage('prom-client', 'EventMetrics') as PromClient;
    this.#registry = new client.Registry();
    const registers = [this.#registry];
    this.#events = new client.Counter({
      name: 'flower_events_total',
      help: 'Number of events',
      labelNames: ['worker', 'type', 'task'],
      registers,
    });
    this.#runTime = new client.Histogram({
      name: 'flower_task_runtime_seconds',
      help: 'Task runtime',
      labelNames: BOTH,
      buckets: runtimeBuckets,
      registers,
    });
    this.#prefetchTime = new client.Gauge({
      name: 'flower_task_prefetch_time_seconds',
      help: 'The time the task spent waiting at the worker to be executed',
      labelNames: BOTH,
      registers,
    });
    this.#addStateTo(client);
  }

  /** For the header of an answer. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Takes an event in. Never throws: give it to a receiver as a handler. */
  event(event: ReceivedEvent): void {
    const { type, hostname, fields } = event;
    this.state.event(event);
    const worker = this.#workers.of(hostname);
    const known = typeof fields['uuid'] === 'string' ? this.state.task(fields['uuid']) : undefined;
    if (!type.startsWith('task-')) return;
    const task = this.#tasks.of(known?.name ?? '');
    this.#events.inc({ worker, type: TYPES.has(type) ? type : 'task-custom', task });
    const { runtime } = fields;
    if (typeof runtime === 'number' && runtime >= 0) this.#runTime.observe({ worker, task }, runtime);
    const waitedSeconds = waitOf(known);
    if (waitedSeconds === undefined) return;
    if (type === 'task-started') this.#prefetchTime.set({ worker, task }, waitedSeconds);
    else if (type === 'task-succeeded' || type === 'task-failed') this.#prefetchTime.set({ worker, task }, 0);
  }

  /** Everything, as Prometheus reads it. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  /** What the state of the cluster knows is read when somebody asks: a lost event leaves no wrong number behind. */
  #addStateTo(client: PromClient): void {
    const registers = [this.#registry];
    const { state } = this;
    const gauge = (name: string, help: string, labelNames: readonly string[], fill: (to: PromGauge) => void): void => {
      const made: PromGauge = new client.Gauge({
        name,
        help,
        labelNames,
        registers,
        collect: () => {
          made.reset();
          fill(made);
        },
      });
    };
    gauge('flower_worker_online', 'Worker online status', ['worker'], (online) => {
      const nowMs = this.#runtime.clock.now();
      for (const each of state.workers)
        online.set({ worker: this.#workers.of(each.hostname) }, Number(isAlive(each, nowMs)));
    });
    const running = 'flower_worker_number_of_currently_executing_tasks';
    gauge(running, 'Number of tasks currently executing at a worker', ['worker'], (active) => {
      for (const { hostname, active: count } of state.workers) {
        if (count !== null) active.set({ worker: this.#workers.of(hostname) }, count);
      }
    });
    const prefetched = 'flower_worker_prefetched_tasks';
    gauge(prefetched, 'Number of tasks of given type prefetched at a worker', BOTH, (waiting) => {
      for (const [worker, counts] of this.#prefetched()) {
        for (const [task, count] of counts) waiting.set({ worker, task }, count);
      }
    });
  }

  #prefetched(): ReadonlyMap<string, ReadonlyMap<string, number>> {
    const counts = new Map<string, Map<string, number>>();
    for (const { state, worker, name, eta } of this.state.tasksByTime()) {
      if (state !== 'RECEIVED' || worker === null || eta !== null) continue;
      const [node, task] = [this.#workers.of(worker), this.#tasks.of(name ?? '')];
      const ofNode = counts.get(node) ?? new Map<string, number>();
      counts.set(node, ofNode.set(task, (ofNode.get(task) ?? 0) + 1));
    }
    return counts;
  }
}

/** Types that have a number of their own; outsiders make up types. */
const TYPES: ReadonlySet<string> = new Set([
  'task-sent',
  'task-received',
  'task-started',
  'task-succeeded',
  'task-failed',
  'task-retried',
  'task-revoked',
  'task-rejected',
  'task-cancelled',
]);

/** Seconds that a task waited at its worker, unless it waited for its time. */
function waitOf(task: TaskState | undefined): number | undefined {
  const { eta = null, receivedAtMs = null, startedAtMs = null } = task ?? {};
  return eta !== null || receivedAtMs === null || startedAtMs === null
    ? undefined
    : Math.max(0, startedAtMs - receivedAtMs) / 1000;
}
