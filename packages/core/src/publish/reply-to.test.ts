import { silentLogger, systemClock } from '@celeriac/protocol';
import { ConnectionGuard, type OutgoingMessage } from '@celeriac/transport';
import { MemoryBroker, memoryTransport } from '@celeriac/transport-memory';
import { describe, expect, test } from 'vitest';
import { runtimeOf } from '../runtime/runtime-of.ts';
import { memoryApp, takeSent } from './memory-app.fixture.ts';
import { Outbox } from './outbox.ts';

const MESSAGE: OutgoingMessage = {
  exchange: '',
  routingKey: 'q',
  message: { body: Buffer.from('x'), contentType: '', contentEncoding: '', headers: {}, properties: {} },
};

describe('the reply queue of a process', () => {
  test('is named by every task, as Celery does whatever the result store; a call may name another', async () => {
    await using app = memoryApp();
    const add = app.task('math.add', (x: number) => x);
    await add.delay(1);
    await add.delay(2);
    await add.applyAsync([3], { replyTo: 'elsewhere' });
    const sent = await takeSent(app, 3);
    const { replyTo } = runtimeOf(app);
    expect(replyTo).toMatch(/^[0-9a-f-]{36}$/);
    expect(sent.map(({ raw }) => raw.properties.replyTo)).toEqual([replyTo, replyTo, 'elsewhere']);
  });

  test('is there before the first task is sent', async () => {
    const broker = new MemoryBroker();
    const guard = new ConnectionGuard({
      endpoints: [{ url: 'memory://', create: () => memoryTransport({ broker }) }],
      clock: systemClock,
      logger: silentLogger,
    });
    const ready = Promise.withResolvers<void>();
    const outbox = new Outbox(guard, systemClock, { ready: () => ready.promise });
    let isSent = false;
    const sending = outbox.send({ message: MESSAGE, topology: undefined, retryPolicy: undefined }).then(() => {
      isSent = true;
    });
    const probe = await guard.acquire();
    expect([isSent, await probe.size('q')]).toEqual([false, 0]);
    ready.resolve();
    await sending;
    expect(await probe.size('q')).toBe(1);
    await guard.stop(1000);
  });

  test('is an error of the call when it cannot be made', async () => {
    const guard = new ConnectionGuard({
      endpoints: [{ url: 'memory://', create: () => memoryTransport() }],
      clock: systemClock,
      logger: silentLogger,
    });
    const outbox = new Outbox(guard, systemClock, { ready: () => Promise.reject(new Error('no reply queue')) });
    await expect(outbox.send({ message: MESSAGE, topology: undefined, retryPolicy: undefined })).rejects.toThrow(
      'no reply queue',
    );
    await guard.stop(1000);
  });
});
