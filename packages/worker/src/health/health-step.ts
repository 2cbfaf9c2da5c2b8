import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isCeleriacError } from '@celeriac/protocol';
import { StartStopStep } from '../lifecycle/step.ts';
import { within } from '../lifecycle/within.ts';
import type { WorkerInternals } from '../lifecycle/worker-internals.ts';
import { WorkerOptionError } from '../lifecycle/worker-option-error.ts';
import { type HealthAnswer, type HealthFacts, liveAnswer, readyAnswer } from './health-report.ts';
import { stallOf } from './stall.ts';
import { pulseOf } from './watchdog-step.ts';
import { WorkerMetrics } from './worker-metrics.ts';

/** How long the broker may take to answer before the worker does not count as ready. */
const PROBE_MS = 2_000;
/** An answer counts for so long, however often somebody asks. */
const PROBE_KEPT_MS = 1_000;

/** `health`: says over HTTP whether the worker lives, whether it takes tasks, and what it has done. */
export class HealthStep extends StartStopStep<WorkerInternals> {
  static readonly stepName = 'health';
  static readonly requires: readonly string[] = ['pool'];
  #server: Server | undefined;
  #metrics: WorkerMetrics | undefined;
  #phase: HealthFacts['phase'] = 'starting';
  #probe: { readonly atMs: number; readonly answers: Promise<boolean> } | undefined;

  override includeIf({ options }: WorkerInternals): boolean {
    return options.healthPort !== undefined;
  }

  /** @throws {WorkerOptionError} when it cannot listen there */
  override async start(worker: WorkerInternals): Promise<void> {
    const { healthPort, healthHost } = worker.options;
    this.#phase = 'starting';
    // Only a worker that needs it pays for it: it takes longer to load than all of this package.
    const { createServer } = await import('node:http');
    const server = createServer((request, response) => void this.#answer(worker, request, response));
    const listening = Promise.withResolvers<void>();
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason = `must be a port that this worker can listen on (${error.code})`;
      listening.reject(new WorkerOptionError('healthPort', healthPort, reason));
    });
    server.listen(healthPort, healthHost, () => listening.resolve());
    await listening.promise;
    // Connections that cannot be accepted, since there are too many open files, are no reason to end.
    server.on('error', (error) => worker.runtime.logger.warning(`A health probe failed: ${error.message}`));
    this.#server = server;
    const { port } = server.address() as AddressInfo;
    const host = healthHost.includes(':') ? `[${healthHost}]` : healthHost;
    worker.runtime.logger.info(`Health endpoints: http://${host}:${port}/health/live, /health/ready, /metrics`);
  }

  override close(): void {
    this.#phase = 'ending';
  }

  override stop(): void {
    this.#server?.close();
    this.#server?.closeAllConnections();
    this.#server = undefined;
  }

  override info(): { readonly [name: string]: unknown } {
    return { port: (this.#server?.address() as AddressInfo | null)?.port ?? null };
  }

  async #answer(worker: WorkerInternals, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url?.split('?', 1)[0];
    if (request.method !== 'GET' && request.method !== 'HEAD') return send(response, 405, { error: 'GET only' });
    if (path === '/metrics') return this.#sendMetrics(worker, response);
    const facts = await this.#factsOf(worker);
    const answers: ReadonlyMap<string | undefined, HealthAnswer> = new Map([
      ['/health/live', liveAnswer(facts)],
      ['/health/ready', readyAnswer(facts)],
      ['/health', readyAnswer(facts)],
    ]);
    const answer = answers.get(path);
    if (answer === undefined)
      return send(response, 404, { error: 'not found', paths: [...answers.keys(), '/metrics'] });
    return send(response, answer.status, answer.body);
  }

  async #sendMetrics(worker: WorkerInternals, response: ServerResponse): Promise<void> {
    try {
      this.#metrics ??= new WorkerMetrics(worker);
      const text = await this.#metrics.text();
      response.writeHead(200, { 'content-type': this.#metrics.contentType }).end(text);
    } catch (error) {
      if (!isCeleriacError(error)) worker.runtime.logger.error('The metrics could not be written', { error });
      const hint = isCeleriacError(error) ? { error: error.message, hint: error.hint } : { error: 'see the log' };
      send(response, isCeleriacError(error) ? 501 : 500, hint);
    }
  }

  async #factsOf(worker: WorkerInternals): Promise<HealthFacts> {
    const { hostname, pipeline, consumer } = worker;
    if (this.#phase === 'starting' && consumer.connected !== undefined && consumer.isReading) this.#phase = 'running';
    const answers = await this.#answers(worker);
    const transport = consumer.connected;
    const stall = transport === undefined ? undefined : stallOf(await pulseOf(consumer, transport));
    const { active, reserved } = pipeline;
    return { stall, answers, phase: this.#phase, hostname, active, reserved };
  }

  /** Whether the broker answers. Many who ask at a time share one question. */
  #answers(worker: WorkerInternals): Promise<boolean> {
    const nowMs = performance.now();
    if (this.#probe === undefined || nowMs - this.#probe.atMs > PROBE_KEPT_MS) {
      this.#probe = { atMs: nowMs, answers: ask(worker) };
    }
    return this.#probe.answers;
  }
}

async function ask({ consumer }: WorkerInternals): Promise<boolean> {
  const { connected, tasks, isReading } = consumer;
  const [queue] = tasks.queues;
  if (connected === undefined || !isReading) return false;
  if (queue === undefined) return true;
  let isThere = false;
  const asking = connected.size(queue).then(
    () => {
      isThere = true;
    },
    () => {},
  );
  await within(PROBE_MS, asking);
  return isThere;
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(`${JSON.stringify(body)}\n`);
}
