import { Celeriac, type CeleriacOptions } from '@celeriac/core';
import { type AppRuntime, runtimeOf } from '@celeriac/core/internal';
import { type Logger, type LogLevel, type RawMessage, uuid } from '@celeriac/protocol';
import type { Transport } from '@celeriac/transport';
import { Worker, type WorkerOptions } from '@celeriac/worker';
import { onTestFinished } from 'vitest';
import { type Kind, newPlace } from './place.ts';

export { KINDS, type Kind } from './place.ts';

export interface LogLine {
  readonly level: LogLevel;
  readonly message: string;
}

/** An app of its own for one test, its log, and a connection to its broker. */
export interface Stage {
  readonly app: Celeriac;
  readonly runtime: AppRuntime;
  readonly lines: readonly LogLine[];
  readonly url: string;
  /** Starts a worker that ends with the test. */
  start(options?: WorkerOptions): Promise<Worker>;
  /** A connection beside the worker's. */
  connect(): Promise<Transport>;
  /** Puts a message into the default queue as it is. */
  publish(message: RawMessage, queue?: string): Promise<void>;
}

export async function newStage(kind: Kind = 'memory', options: CeleriacOptions = {}): Promise<Stage> {
  const place = await newPlace(kind);
  const lines: LogLine[] = [];
  const app = new Celeriac('stage', {
    ...place.options,
    logger: recorder(lines),
    configFile: false,
    environment: {},
    ...options,
  });
  const runtime = runtimeOf(app);
  const ends: (() => Promise<void>)[] = [];
  onTestFinished(async () => {
    for (const end of ends.reverse()) await end();
    await app.close();
    await place.end();
  });
  let side: Promise<Transport> | undefined;
  const connect = (): Promise<Transport> => {
    if (side === undefined) {
      const guard = runtime.openReader();
      ends.push(() => guard.stop(1000));
      side = guard.acquire();
    }
    return side;
  };
  return {
    app,
    runtime,
    lines,
    url: place.brokerUrl,
    connect,
    start: async (workerOptions) => {
      // Neighbours are asked for a second; tests that want it say so.
      const worker = new Worker(app, { pool: 'async', concurrency: 4, withoutMingle: true, ...workerOptions });
      ends.push(() => worker.stop(0));
      await worker.start(AbortSignal.timeout(20_000));
      return worker;
    },
    publish: async (message, queue = 'celery') => {
      const transport = await connect();
      const [failure] = await transport.publish([{ exchange: '', routingKey: queue, message }]);
      if (failure !== undefined) throw failure;
    },
  };
}

/** A message of protocol 2 for `task`, with parts replaced. */
export function taskMessage(
  task: string,
  parts: {
    readonly body?: unknown;
    readonly bytes?: Uint8Array;
    readonly headers?: { readonly [name: string]: unknown };
    readonly contentType?: string;
    readonly contentEncoding?: string;
    readonly properties?: RawMessage['properties'];
  } = {},
): RawMessage {
  const { body = [[], {}, null], bytes, headers, contentType = 'application/json', contentEncoding = 'utf-8' } = parts;
  return {
    body: bytes ?? Buffer.from(JSON.stringify(body)),
    contentType,
    contentEncoding,
    headers: { lang: 'py', task, id: uuid(), ...headers },
    properties: parts.properties ?? {},
  };
}

/** Looks again until `holds`. */
export async function until(holds: () => unknown, what: string, timeoutMs = 10_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`Waited in vain: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function recorder(lines: LogLine[]): Logger {
  const at = (level: LogLevel) => (message: string) => void lines.push({ level, message });
  return {
    debug: at('debug'),
    info: at('info'),
    warning: at('warning'),
    error: at('error'),
    isEnabled: () => true,
  };
}
