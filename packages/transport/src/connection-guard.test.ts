import { describe, expect, test } from 'vitest';
import { ConnectionGuard, type ConnectionGuardOptions } from './connection-guard.ts';
import { ListStore, listParts, recordingLogger } from './list-store.fixture.ts';
import { ManualClock, turns } from './manual-clock.fixture.ts';
import { DEFAULT_PUBLISH_RETRY_POLICY, publishRetryDelayMs } from './publish-retry-policy.ts';
import type { Transport } from './transport.ts';
import { ChannelError, ConnectionLostError } from './transport-errors.ts';
import { virtualTransport } from './virtual-transport.ts';

/** Brokers that can be switched off, and what was tried on them. */
class Brokers {
  readonly clock: ManualClock = new ManualClock();
  readonly logger: ReturnType<typeof recordingLogger> = recordingLogger();
  readonly tries: string[] = [];
  readonly stores: ListStore[] = [];
  readonly down: Set<string> = new Set();
  connecting: (() => Promise<void>) | undefined;

  guard(urls: readonly string[] = ['a'], more: Partial<ConnectionGuardOptions> = {}): ConnectionGuard {
    const endpoints = urls.map((url) => ({ url, create: () => this.#create(url) }));
    return new ConnectionGuard({ endpoints, clock: this.clock, logger: this.logger, ...more });
  }

  #create(url: string): Transport {
    const store = new ListStore();
    this.stores.push(store);
    const connect = async (): Promise<void> => {
      this.tries.push(`${url}@${this.clock.now() / 1000}`);
      await this.connecting?.();
      if (this.down.has(url)) throw new ConnectionLostError(url, 'connection refused');
    };
    return virtualTransport(listParts(store, { url, clock: this.clock, connect }));
  }
}

const lost = (): ConnectionLostError => new ConnectionLostError('a', 'reset by peer');

describe('ConnectionGuard.acquire', () => {
  test('connects when it is asked first, once for all who ask', async () => {
    const brokers = new Brokers();
    const guard = brokers.guard();
    await turns();
    expect([brokers.tries, guard.current]).toEqual([[], undefined]);
    const [first, second] = await Promise.all([guard.acquire(), guard.acquire()]);
    expect([first === second, guard.current === first, brokers.tries]).toEqual([true, true, ['a@0']]);
    expect(await guard.acquire()).toBe(first);
  });

  test('goes on to the next broker at once, waits after each round, and logs every try', async () => {
    const brokers = new Brokers();
    brokers.down.add('a').add('b');
    const acquiring = brokers.guard(['a', 'b']).acquire();
    await brokers.clock.advance(5500);
    brokers.down.delete('b');
    await brokers.clock.advance(10_000);
    expect((await acquiring).url).toBe('b');
    expect(brokers.tries).toEqual(['a@0', 'b@0', 'a@1', 'b@1', 'a@3', 'b@3', 'a@6', 'b@6']);
    const errors = brokers.logger.lines.filter((line) => line.level === 'error');
    expect(errors).toHaveLength(7);
    expect(errors[1]?.fields).toMatchObject({ url: 'b', try: 2, maxRetries: 100, delayMs: 1000 });
    expect(brokers.stores.filter((store) => store.closed === 1)).toHaveLength(7);
  });

  test('gives up after maxRetries and begins anew for the next caller', async () => {
    const brokers = new Brokers();
    brokers.down.add('a');
    const guard = brokers.guard(['a'], { policy: { maxRetries: 2 } });
    const acquiring = guard.acquire();
    acquiring.catch(() => {});
    await brokers.clock.advance(10_000);
    await expect(acquiring).rejects.toMatchObject({ code: 'CLR_CONNECTION_LOST' });
    expect(brokers.tries).toEqual(['a@0', 'a@1', 'a@3']);
    brokers.down.clear();
    expect((await guard.acquire()).url).toBe('a');
  });

  test('a try that hangs ends after the connect timeout', async () => {
    const brokers = new Brokers();
    brokers.connecting = () => new Promise(() => {});
    const acquiring = brokers.guard(['a', 'b'], { connectTimeoutMs: 4000 }).acquire();
    await brokers.clock.advance(3999);
    brokers.connecting = undefined;
    await brokers.clock.advance(1);
    expect([(await acquiring).url, brokers.tries]).toEqual(['b', ['a@0', 'b@4']]);
  });

  test('an error that no other try would cure is thrown at once', async () => {
    const brokers = new Brokers();
    brokers.connecting = async () => {
      throw new ChannelError('user', 'wrong password');
    };
    await expect(brokers.guard(['a', 'b']).acquire()).rejects.toMatchObject({ code: 'CLR_CHANNEL' });
    expect(brokers.tries).toEqual(['a@0']);
  });

  test('one caller may leave; when the last one has left, the tries end', async () => {
    const brokers = new Brokers();
    brokers.down.add('a');
    const guard = brokers.guard();
    const [first, second] = [new AbortController(), new AbortController()];
    const waiting = [guard.acquire(first.signal), guard.acquire(second.signal)];
    const outcome = Promise.allSettled(waiting);
    await brokers.clock.advance(1500);
    first.abort(new Error('left'));
    await brokers.clock.advance(2000);
    expect(brokers.tries).toEqual(['a@0', 'a@1', 'a@3']);
    second.abort(new Error('left too'));
    await brokers.clock.advance(60_000);
    expect([brokers.tries.length, brokers.clock.pending]).toEqual([3, 0]);
    expect((await outcome).map((it) => it.status)).toEqual(['rejected', 'rejected']);
    brokers.down.clear();
    expect((await guard.acquire()).url).toBe('a');
  });

  test('an aborted signal is thrown before anything is tried', async () => {
    const brokers = new Brokers();
    await expect(brokers.guard().acquire(AbortSignal.abort(new Error('no')))).rejects.toThrow('no');
    expect(brokers.tries).toEqual([]);
  });

  test('needs an endpoint', () => {
    expect(() => new Brokers().guard([])).toThrow(RangeError);
  });
});

describe('ConnectionGuard.run', () => {
  test('a lost connection is given up; the operation runs again on the next broker when the policy says so', async () => {
    const brokers = new Brokers();
    const guard = brokers.guard(['a', 'b']);
    await guard.acquire();
    await brokers.clock.advance(5000);
    const used: string[] = [];
    const asked: number[] = [];
    const result = await guard.run(
      async (transport) => {
        used.push(transport.url);
        if (transport.url === 'a') throw lost();
        return 'done';
      },
      { retry: (_error, retries) => asked.push(retries) * 0 },
    );
    expect([result, used, asked]).toEqual(['done', ['a', 'b'], [0]]);
    expect(brokers.stores[0]?.closed).toBe(1);
  });

  test('without a policy the error is thrown, and the connection is made anew for the next operation', async () => {
    const brokers = new Brokers();
    const guard = brokers.guard();
    await guard.acquire();
    await brokers.clock.advance(5000);
    await expect(guard.run(() => Promise.reject(lost()))).rejects.toMatchObject({ code: 'CLR_CONNECTION_LOST' });
    expect(guard.current).toBeUndefined();
    expect(await guard.run(async (transport) => transport.url)).toBe('a');
    expect(brokers.tries).toEqual(['a@0', 'a@5']);
  });

  test('other errors are none of its business', async () => {
    const brokers = new Brokers();
    const guard = brokers.guard();
    await expect(guard.run(() => Promise.reject(new ChannelError('q', 'refused')))).rejects.toMatchObject({
      subject: 'q',
    });
    expect(guard.current?.url).toBe('a');
  });

  test('failed tries count as failures of the operation, so a publish has a bounded wait', async () => {
    const brokers = new Brokers();
    brokers.down.add('a');
    const guard = brokers.guard();
    const retry = (_error: unknown, retries: number): number | undefined =>
      publishRetryDelayMs(DEFAULT_PUBLISH_RETRY_POLICY, retries);
    const running = guard.run(async () => 'never', { retry });
    running.catch(() => {});
    await brokers.clock.advance(600);
    await expect(running).rejects.toMatchObject({ code: 'CLR_CONNECTION_LOST' });
    expect(brokers.tries).toEqual(['a@0', 'a@0', 'a@0.2', 'a@0.6']);
  });

  test('an operation in a hurry does not wait for the next try of a patient caller, nor use up its patience', async () => {
    const brokers = new Brokers();
    brokers.down.add('a');
    const guard = brokers.guard(['a'], { policy: { maxRetries: 3 } });
    const patient = guard.acquire();
    patient.catch(() => {});
    await brokers.clock.advance(3100);
    expect(brokers.tries).toEqual(['a@0', 'a@1', 'a@3']);
    for (let count = 0; count < 5; count++) {
      const hurried = guard.run(async () => 'never').catch((error: Error) => error);
      await brokers.clock.advance(200);
      expect(await hurried).toBeInstanceOf(ConnectionLostError);
    }
    brokers.down.clear();
    const running = guard.run(async (transport) => transport.url);
    await brokers.clock.advance(200);
    expect(await running).toBe('a');
    expect((await patient).url).toBe('a');
  });

  test('an operation without an answer counts as a lost connection', async () => {
    const brokers = new Brokers();
    const guard = brokers.guard();
    const running = guard.run(() => new Promise(() => {}), { timeoutMs: 4000 });
    running.catch(() => {});
    await brokers.clock.advance(4000);
    await expect(running).rejects.toMatchObject({ code: 'CLR_CONNECTION_LOST' });
    expect([guard.current, brokers.stores[0]?.closed]).toEqual([undefined, 1]);
    expect(await guard.run(async () => 'quick', { timeoutMs: 4000 })).toBe('quick');
    expect(brokers.clock.pending).toBe(0);
  });

  test('who has waited already waits for a connection only as long as is left', async () => {
    const brokers = new Brokers();
    const guard = brokers.guard();
    brokers.connecting = () => new Promise(() => {});
    await brokers.clock.advance(3000);
    const options = { timeoutMs: 9000, connectByMs: 4000 };
    const late = guard.run(async () => 'sent', options).catch((error: unknown) => error);
    const patient = guard.run(async () => 'sent', { timeoutMs: 4000 }).catch((error: unknown) => error);
    let ended: unknown;
    late.then((error) => (ended = error));
    await brokers.clock.advance(900);
    expect(ended).toBeUndefined();
    await brokers.clock.advance(100);
    expect(ended).toMatchObject({ code: 'CLR_CONNECTION_LOST', message: expect.stringContaining('in time') });
    await brokers.clock.advance(3000);
    expect(await patient).toBeInstanceOf(ConnectionLostError);
    brokers.connecting = undefined;
    const next = guard.run(async () => 'sent', { connectByMs: brokers.clock.monotonic() + 4000 });
    await brokers.clock.advance(200);
    expect(await next).toBe('sent');
    await guard.stop(0);
    expect(brokers.clock.pending).toBe(0);
  });

  test('an abort ends the wait between two tries', async () => {
    const brokers = new Brokers();
    const guard = brokers.guard();
    const controller = new AbortController();
    const running = guard.run(() => Promise.reject(lost()), { retry: () => 60_000, signal: controller.signal });
    running.catch(() => {});
    await turns();
    controller.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
    expect(brokers.clock.pending).toBe(0);
  });
});

describe('ConnectionGuard as a service', () => {
  test('between start and stop it reconnects unasked and tells its listeners', async () => {
    const brokers = new Brokers();
    const guard = brokers.guard();
    const events: string[] = [];
    guard.onLost((error) => events.push((error as ConnectionLostError).code));
    const forget = guard.onRestored((transport) => events.push(`restored ${transport === guard.current}`));
    await guard.start(new AbortController().signal);
    expect(events).toEqual([]);
    await brokers.clock.advance(5000);
    guard.lost(guard.current!, lost());
    await brokers.clock.advance(0);
    expect(events).toEqual(['CLR_CONNECTION_LOST', 'restored true']);
    forget();
    await brokers.clock.advance(5000);
    guard.lost(guard.current!, lost());
    await brokers.clock.advance(0);
    expect(events).toHaveLength(3);
    await guard.stop(1000);
  });

  test('news of an older connection changes nothing', async () => {
    const brokers = new Brokers();
    const guard = brokers.guard();
    const old = await guard.acquire();
    await brokers.clock.advance(5000);
    guard.lost(old, lost());
    const current = await guard.acquire();
    guard.lost(old, lost());
    expect(guard.current).toBe(current);
  });

  test('a broker that hangs up right away is not hammered', async () => {
    const brokers = new Brokers();
    const guard = brokers.guard();
    await guard.start(new AbortController().signal);
    for (let count = 0; count < 4; count++) {
      if (guard.current !== undefined) guard.lost(guard.current, lost());
      await brokers.clock.advance(500);
    }
    expect(brokers.tries).toEqual(['a@0', 'a@1', 'a@2']);
    await guard.stop(1000);
  });

  test('may be stopped before it starts, twice, and started after a failed start', async () => {
    const brokers = new Brokers();
    brokers.down.add('a');
    const guard = brokers.guard(['a'], { policy: { maxRetries: 1 } });
    await guard.stop(1000);
    const starting = guard.start(new AbortController().signal);
    starting.catch(() => {});
    await brokers.clock.advance(5000);
    await expect(starting).rejects.toMatchObject({ code: 'CLR_CONNECTION_LOST' });
    brokers.down.clear();
    await guard.start(new AbortController().signal);
    await guard.stop(1000);
    await guard.stop(1000);
    expect(brokers.stores.at(-1)?.closed).toBe(1);
    await expect(guard.acquire()).rejects.toMatchObject({ code: 'CLR_CONNECTION_LOST' });
    expect(brokers.clock.pending).toBe(0);
  });

  test('stop ends a connection attempt and those who wait for it', async () => {
    const brokers = new Brokers();
    brokers.connecting = () => new Promise(() => {});
    const guard = brokers.guard();
    const acquiring = guard.acquire();
    acquiring.catch(() => {});
    await turns();
    await guard.stop(1000);
    await expect(acquiring).rejects.toMatchObject({ code: 'CLR_CONNECTION_LOST' });
    expect([brokers.clock.pending, brokers.stores[0]?.closed]).toEqual([0, 1]);
  });

  test('stop waits no longer than its deadline for a connection to close', async () => {
    const brokers = new Brokers();
    const guard = brokers.guard();
    await guard.acquire();
    brokers.stores[0]!.close = () => new Promise(() => {});
    const stopping = guard.stop(2000);
    await brokers.clock.advance(2000);
    await stopping;
    expect(guard.current).toBeUndefined();
  });
});

describe('ConnectionGuard with a policy that does not try again', () => {
  test('atStart: every broker of the list gets one try; once it was connected, tries go on', async () => {
    const brokers = new Brokers();
    brokers.down.add('a').add('b');
    const guard = brokers.guard(['a', 'b'], { policy: { atStart: false } });
    await expect(guard.start(new AbortController().signal)).rejects.toMatchObject({ code: 'CLR_CONNECTION_LOST' });
    expect(brokers.tries).toEqual(['a@0', 'b@0']);
    brokers.down.delete('b');
    await guard.start(new AbortController().signal);
    brokers.down.add('b');
    await brokers.clock.advance(5000);
    guard.lost(guard.current!, lost());
    await brokers.clock.advance(10_000);
    expect(brokers.tries.length).toBeGreaterThan(5);
    await guard.stop(0);
  });

  test('afterLoss: the loss is the end, until it is started again', async () => {
    const brokers = new Brokers();
    const guard = brokers.guard(['a'], { policy: { afterLoss: false } });
    await guard.start(new AbortController().signal);
    const error = lost();
    await brokers.clock.advance(2000);
    guard.lost(guard.current!, error);
    await expect(guard.acquire()).rejects.toBe(error);
    expect(brokers.tries).toEqual(['a@0']);
    await guard.start(new AbortController().signal);
    expect(brokers.tries).toEqual(['a@0', 'a@2']);
    await guard.stop(0);
  });
});
