import { decodeMessageBody, type RawMessage } from '@celeriac/protocol';
import type { Delivery } from '@celeriac/transport';
import type { CeleriacOptions } from '../app/app-options.ts';
import { Celeriac } from '../app/celeriac.ts';
import { runtimeOf } from '../runtime/runtime-of.ts';

let apps = 0;

/** An app with a broker and a store of its own, in memory. */
export function memoryApp(options: CeleriacOptions = {}): Celeriac {
  const name = `fixture-${process.pid}-${apps++}`;
  return new Celeriac(name, {
    broker: `memory://${name}`,
    backend: `memory://${name}`,
    configFile: false,
    environment: {},
    logLevel: 'error',
    ...options,
  });
}

/** A message as it was sent. */
export interface SentMessage {
  readonly queue: string;
  readonly exchange: string;
  readonly routingKey: string;
  readonly raw: RawMessage;
  readonly body: readonly [args: unknown[], kwargs: Record<string, unknown>, embed: Record<string, unknown>];
}

/** Takes messages out of queues, until as many came as are expected. */
export async function takeSent(
  app: Celeriac,
  count: number,
  queues?: readonly string[],
): Promise<readonly SentMessage[]> {
  const runtime = runtimeOf(app);
  const { names, topology } = runtime.queues(queues);
  const guard = runtime.openReader();
  const taken: Delivery[] = [];
  const all = Promise.withResolvers<void>();
  const consumer = await guard.run(async (transport) => {
    await transport.declare(topology);
    return transport.consume({
      queues: names,
      prefetch: 0,
      onDeliveries: (deliveries) => {
        taken.push(...deliveries);
        if (taken.length >= count) all.resolve();
      },
      onLost: all.reject,
    });
  });
  await all.promise;
  await Promise.all(taken.map((delivery) => delivery.settle('ack')));
  await consumer.stop();
  await guard.stop(1000);
  return taken.map(({ queue, exchange, routingKey, message }) => ({
    queue,
    exchange,
    routingKey,
    raw: message,
    body: decodeMessageBody(message, runtime) as SentMessage['body'],
  }));
}
