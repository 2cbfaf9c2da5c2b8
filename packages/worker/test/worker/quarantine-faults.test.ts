import { fileURLToPath } from 'node:url';
import { type RawMessage, systemClock } from '@celeriac/protocol';
import { ChannelError, type Transport, type TransportPlugin } from '@celeriac/transport';
import { MemoryBroker, memoryTransport } from '@celeriac/transport-memory';
import { listQuarantine, QUARANTINE_QUEUE, requeueQuarantine } from '@celeriac/worker';
import { describe, expect, it } from 'vitest';
import { defineTasks } from './prefork-app.ts';
import { type LogLine, newStage, type Stage, taskMessage, until } from './stage.ts';

/** A broker in memory that refuses copies for the quarantine, the first few or all of them, and delivers what is too large. */
class RefusingBroker {
  readonly #broker: MemoryBroker = new MemoryBroker();
  refusals: number;
  tries = 0;
  /** Stands in for the body of every message that is handed to a worker. */
  body: Uint8Array | undefined;

  constructor(refusals: number) {
    this.refusals = refusals;
  }

  readonly plugin: TransportPlugin = {
    schemes: ['memory'],
    create: (url, { clock, logger }) => this.#watched(memoryTransport({ broker: this.#broker, url, clock, logger })),
  };

  #watched(transport: Transport): Transport {
    const { publish, consume } = transport;
    transport.publish = async (messages) => {
      const isCopy = messages.some(({ routingKey }) => routingKey === QUARANTINE_QUEUE);
      if (isCopy) this.tries++;
      if (isCopy && this.tries <= this.refusals) return messages.map(() => refusal());
      return publish.call(transport, messages);
    };
    transport.consume = ({ onDeliveries, ...options }) =>
      consume.call(transport, {
        ...options,
        onDeliveries: (deliveries) => {
          const body = options.queues.includes('celery') ? this.body : undefined;
          if (body !== undefined) {
            for (const delivery of deliveries) {
              Object.defineProperty(delivery, 'message', { value: { ...delivery.message, body } });
            }
          }
          onDeliveries(deliveries);
        },
      });
    return transport;
  }
}

function refusal(): Error {
  return new ChannelError(QUARANTINE_QUEUE, 'no access');
}

const errors = (stage: Stage): string[] =>
  stage.lines.filter(({ level }: LogLine) => level === 'error').map(({ message }) => message);
const garbage = (id: string): RawMessage =>
  taskMessage('bad.task', { bytes: Buffer.from(`not json ${id}`), headers: { id } });
const sizes = async (stage: Stage): Promise<readonly number[]> => {
  const transport = await stage.connect();
  return [await transport.size('celery'), await transport.size(QUARANTINE_QUEUE)];
};

describe('a message for the quarantine', () => {
  it('that is too large for the broker is kept truncated, and says so', { timeout: 30_000 }, async () => {
    const broker = new RefusingBroker(0);
    const bytes = 70 * 1024 * 1024;
    broker.body = Buffer.alloc(bytes, 'x');
    const stage = await newStage('memory', { brokerTransport: broker.plugin });
    const worker = await stage.start();
    await stage.publish(taskMessage('big.task', { headers: { id: 'big\n', custom: 7 } }));
    await until(() => errors(stage).length > 0, 'it is logged');
    await worker.whenIdle();
    expect(errors(stage)).toEqual([
      expect.stringMatching(
        /^Message big\.task\[big\\n\] from celery put into quarantine, truncated from 73400320 bytes: .*CLR_/,
      ),
    ]);
    expect(await sizes(stage)).toEqual([0, 1]);
    const [kept] = await listQuarantine(stage.app);
    expect(kept).toMatchObject({ id: 'big\n', task: 'big.task', truncatedFrom: bytes });
    expect(kept!.body.byteLength).toBe(65_536);
    expect(await requeueQuarantine(stage.app)).toEqual({ done: 0, left: 1 });
  });

  it('stays in its queue while the quarantine refuses it, and is tried again ever more slowly', async () => {
    const broker = new RefusingBroker(2);
    const stage = await newStage('memory', { brokerTransport: broker.plugin });
    stage.app.task('bad.task', { acksLate: true }, () => 1);
    const worker = await stage.start();
    const sentAt = systemClock.monotonic();
    await stage.publish(garbage('stays'));
    await until(() => broker.tries === 1, 'it was refused');
    expect(errors(stage).filter((line) => /put into quarantine:/.test(line) && !/could not/.test(line))).toEqual([]);
    await until(async () => (await sizes(stage))[1] === 1, 'it is kept');
    expect(systemClock.monotonic() - sentAt).toBeGreaterThan(1400);
    expect(broker.tries).toBe(3);
    await worker.whenIdle();
    expect(await sizes(stage)).toEqual([0, 1]);
    expect(errors(stage).at(-1)).toMatch(/^Message bad\.task\[stays\] from celery put into quarantine: /);
  });

  it('goes back at once when the worker ends meanwhile', async () => {
    const broker = new RefusingBroker(Number.POSITIVE_INFINITY);
    const stage = await newStage('memory', { brokerTransport: broker.plugin });
    stage.app.task('bad.task', { acksLate: true }, () => 1);
    const worker = await stage.start();
    await stage.publish(garbage('a'));
    await until(() => broker.tries === 3, 'it was refused three times');
    const before = systemClock.monotonic();
    await worker.stop(10_000);
    expect(systemClock.monotonic() - before).toBeLessThan(1000);
    expect(await sizes(stage)).toEqual([1, 0]);
  });

  it('that was acknowledged early and is refused by the quarantine shows its beginning in the log', {
    timeout: 30_000,
  }, async () => {
    const broker = new RefusingBroker(Number.POSITIVE_INFINITY);
    const stage = await newStage('memory', { brokerTransport: broker.plugin });
    defineTasks(stage.app);
    const appModule = fileURLToPath(new URL('./prefork-app.ts', import.meta.url));
    const worker = await stage.start({ pool: 'prefork', concurrency: 1, appModule, procAliveTimeoutMs: 60_000 });
    const bytes = Buffer.from('[not json \u001b');
    await stage.publish(taskMessage('pool.add', { bytes, headers: { id: 'early' } }));
    await until(() => errors(stage).length > 1, 'it is logged');
    await worker.whenIdle();
    expect(errors(stage)).toEqual([
      expect.stringMatching(/pool\.add\[early\].*\[not json \\x1b could not be put into quarantine: .*no access$/),
      expect.stringMatching(/^pool\.add\[early\] is lost: /),
    ]);
    expect(broker.tries).toBe(1);
    expect(await sizes(stage)).toEqual([0, 0]);
  });
});
