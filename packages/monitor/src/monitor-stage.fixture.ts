import { Celeriac, type CeleriacOptions } from '@celeriac/core';
import { runtimeOf } from '@celeriac/core/internal';
import { type LogLevel, uuid } from '@celeriac/protocol';
import { Worker, type WorkerOptions } from '@celeriac/worker';
import { onTestFinished } from 'vitest';

export interface LogLine {
  readonly level: LogLevel;
  readonly message: string;
}

/** An app with tasks, its log, and workers that end with the test. */
export interface MonitorStage {
  readonly app: Celeriac;
  readonly lines: readonly LogLine[];
  startWorker(options?: WorkerOptions): Promise<Worker>;
  /** Puts anything into the exchange of events. */
  tell(body: unknown, routingKey?: string): Promise<void>;
}

export function monitorStage(brokerUrl: string, options: CeleriacOptions = {}): MonitorStage {
  const lines: LogLine[] = [];
  const at = (level: LogLevel) => (message: string) => void lines.push({ level, message });
  const queue = `q-${uuid()}`;
  const app = new Celeriac('watched', {
    brokerUrl,
    resultBackend: `memory://${uuid()}`,
    taskDefaultQueue: queue,
    eventExchange: `ev-${uuid()}`,
    controlExchange: `ctl-${uuid()}`,
    logger: {
      debug: at('debug'),
      info: at('info'),
      warning: at('warning'),
      error: at('error'),
      isEnabled: () => true,
    },
    configFile: false,
    environment: {},
    ...options,
  });
  app.task('watched.add', (x: number, y: number) => x + y);
  app.task('watched.boom', (): never => {
    throw new RangeError('boom');
  });
  const ends: (() => Promise<void>)[] = [];
  onTestFinished(async () => {
    for (const end of ends.reverse()) await end();
    await app.close();
  });
  return {
    app,
    lines,
    startWorker: async (workerOptions) => {
      const worker = new Worker(app, {
        pool: 'async',
        concurrency: 2,
        taskEvents: true,
        withoutMingle: true,
        ...workerOptions,
      });
      ends.push(() => worker.stop(0));
      await worker.start(AbortSignal.timeout(20_000));
      return worker;
    },
    tell: async (body, routingKey = 'task.multi') => {
      const bytes = body instanceof Uint8Array;
      await app.publish(bytes ? Buffer.from(body).toString() : body, {
        exchange: runtimeOf(app).settings.eventExchange,
        routingKey,
        ...(bytes && { serializer: 'raw' }),
      });
    },
  };
}

/** Looks again until it holds. */
export async function until(holds: () => unknown, what: string, timeoutMs = 15_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`Waited in vain: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
