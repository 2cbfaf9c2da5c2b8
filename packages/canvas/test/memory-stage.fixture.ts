import { Celeriac } from '@celeriac/core';
import { runtimeOf } from '@celeriac/core/internal';
import { DEFAULT_LIMITS, decodeJson, type RawMessage } from '@celeriac/protocol';

let apps = 0;

/** An app with a broker and a store of its own, in memory, and the tasks of the golden samples. */
export function goldenApp() {
  const name = `canvas-${process.pid}-${apps++}`;
  const app = new Celeriac(name, {
    broker: `memory://${name}`,
    backend: `memory://${name}`,
    configFile: false,
    environment: {},
    logLevel: 'error',
  });
  return {
    app,
    add: app.task('proj.add', (x: number, y: number) => x + y),
    mul: app.task('proj.mul', { parameters: ['x', 'y'] }, (x: number, y: number) => x * y),
    tsum: app.task('proj.tsum', (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0)),
    noargs: app.task('proj.noargs', () => 'noargs'),
    fail: app.task('proj.fail', (): number => {
      throw new Error('fail');
    }),
    onErr: app.task('proj.on_err_old', (id: string) => id),
  };
}

/** A message as it waits in the broker. */
export interface Waiting {
  readonly queue: string;
  readonly raw: RawMessage;
  readonly body: readonly [args: unknown[], kwargs: Record<string, unknown>, embed: Record<string, unknown>];
}

/** Takes what waits in queues. */
export async function takeWaiting(
  app: Celeriac,
  count: number,
  queues?: readonly string[],
): Promise<readonly Waiting[]> {
  const runtime = runtimeOf(app);
  const { names, topology } = runtime.queues(queues);
  const guard = runtime.openReader();
  const taken: Waiting[] = [];
  const all = Promise.withResolvers<void>();
  const consumer = await guard.run(async (transport) => {
    await transport.declare(topology);
    return transport.consume({
      queues: names,
      prefetch: 0,
      onDeliveries: (deliveries) => {
        for (const { queue, message } of deliveries) {
          const body = decodeJson(message.body, DEFAULT_LIMITS) as Waiting['body'];
          taken.push({ queue, raw: message, body });
        }
        if (taken.length >= count) all.resolve();
      },
      onLost: all.reject,
    });
  });
  await all.promise;
  await consumer.stop();
  await guard.stop(1000);
  return taken;
}
