import { silentLogger } from '@celeriac/protocol';
import type { Delivery, JointSettlement } from '@celeriac/transport';
import { describe, expect, test } from 'vitest';
import { resolveSettings } from '../settings/resolve-settings.ts';
import { readSettingNames } from '../settings/setting-names.ts';
import { BackendDouble, metaOf } from './backend-double.fixture.ts';
import { ManualClock, settled } from './manual-clock.fixture.ts';
import { ResultWriter } from './result-writer.ts';

function setUp(given: object = {}) {
  const backend = new BackendDouble();
  const clock = new ManualClock();
  const errors: string[] = [];
  const settings = resolveSettings([{ origin: 'code', values: readSettingNames(given, 'code') }]);
  const writer = new ResultWriter({
    backend: async () => backend,
    settings: () => settings,
    clock,
    logger: () => ({ ...silentLogger, error: (message) => void errors.push(message) }),
  });
  return { backend, clock, writer, errors };
}

const store = (writer: ResultWriter, id: string) => writer.store({ meta: metaOf(id) });

describe('storing', () => {
  test('everything of one turn goes to the store together, and what comes meanwhile goes next', async () => {
    const { backend, writer } = setUp();
    const first = ['a', 'b', 'c'].map((id) => store(writer, id));
    await Promise.resolve();
    first.push(store(writer, 'same turn'));
    process.nextTick(() => setImmediate(() => {}));
    await Promise.all(first);
    expect(backend.batches).toEqual([['a', 'b', 'c', 'same turn']]);
  });

  test('while a write is under way the next batch gathers', async () => {
    const { backend, writer } = setUp();
    const all = [store(writer, 'a')];
    await new Promise<void>((resolve) => process.nextTick(resolve));
    all.push(store(writer, 'b'), store(writer, 'c'));
    expect(await Promise.all(all)).toEqual(['stored', 'stored', 'stored']);
    expect(backend.batches).toEqual([['a'], ['b', 'c']]);
  });

  test('a result that cannot be kept does not take the others with it', async () => {
    const { backend, writer } = setUp();
    backend.refused.add('bad');
    const [good, bad, other] = await Promise.allSettled(['good', 'bad', 'other'].map((id) => store(writer, id)));
    expect(good).toMatchObject({ status: 'fulfilled' });
    expect(bad).toMatchObject({ status: 'rejected', reason: { message: 'cannot keep bad' } });
    expect(other).toMatchObject({ status: 'fulfilled' });
  });

  test('without a result store nothing is kept and nothing fails', async () => {
    const writer = new ResultWriter({
      backend: async () => undefined,
      settings: () => resolveSettings([]),
      clock: new ManualClock(),
      logger: () => silentLogger,
    });
    expect(await store(writer, 'a')).toBe('stored');
  });
});

describe('D1: a store that is away', () => {
  test('is tried again with growing waits until it is back', async () => {
    const { backend, clock, writer } = setUp();
    backend.isAway = true;
    const storing = store(writer, 'a');
    await clock.advance(20_000);
    backend.isAway = false;
    await clock.advance(20_000);
    expect(await storing).toBe('stored');
  });

  test('is given up after a minute, with a line that names the task', async () => {
    const { backend, clock, writer, errors } = setUp();
    backend.isAway = true;
    const storing = expect(store(writer, 'a')).rejects.toMatchObject({ code: 'CLR_BACKEND_UNAVAILABLE' });
    await clock.advance(80_000);
    await storing;
    expect(errors).toEqual([expect.stringContaining('task a is not stored')]);
  });

  test('is tried as often as resultBackendAlwaysRetry and resultBackendMaxRetries say', async () => {
    const { backend, clock, writer } = setUp({ resultBackendAlwaysRetry: true, resultBackendMaxRetries: 2 });
    backend.isAway = true;
    const storing = expect(store(writer, 'a')).rejects.toMatchObject({ code: 'CLR_BACKEND_UNAVAILABLE' });
    await clock.advance(40);
    await storing;
  });

  test('is tried for ever with resultBackendAlwaysRetry alone', async () => {
    const { backend, clock, writer } = setUp({ resultBackendAlwaysRetry: true });
    backend.isAway = true;
    const storing = store(writer, 'a');
    await clock.advance(600_000);
    backend.isAway = false;
    await clock.advance(10_000);
    expect(await storing).toBe('stored');
  });
});

describe('storing and acknowledging together', () => {
  function delivery(receipt: string, settlements: string[] = []): Delivery {
    return { receipt, settle: async (how: string) => settlements.push(`${receipt} ${how}`) > 0 } as unknown as Delivery;
  }

  function joint(domain: string, ends: unknown[]): JointSettlement {
    return {
      domain,
      begin: (deliveries) => {
        if (deliveries.some(({ receipt }) => receipt === 'settled before')) throw new RangeError('settled before');
        return { work: {} as never, end: (settled) => void ends.push(settled) };
      },
    };
  }

  test('of one database takes one write for all', async () => {
    const { backend, writer } = setUp();
    const ends: unknown[] = [];
    const settlement = joint('double', ends);
    const outcomes = await Promise.all(
      ['r1', 'lost', 'r2'].map((receipt) =>
        writer.storeJointly({ meta: metaOf(receipt) }, delivery(receipt), settlement),
      ),
    );
    expect(outcomes).toEqual([
      { outcome: 'stored', settled: true },
      { outcome: 'not-held', settled: false },
      { outcome: 'stored', settled: true },
    ]);
    expect(backend.batches).toHaveLength(1);
    expect(ends).toEqual([['r1', 'r2']]);
  });

  test('begins anew when the store was away', async () => {
    const { backend, clock, writer } = setUp();
    const ends: unknown[] = [];
    backend.isAway = true;
    const storing = writer.storeJointly({ meta: metaOf('a') }, delivery('r1'), joint('double', ends));
    await settled();
    backend.isAway = false;
    await clock.advance(1000);
    expect(await storing).toEqual({ outcome: 'stored', settled: true });
    expect(ends).toEqual([expect.objectContaining({ code: 'CLR_BACKEND_UNAVAILABLE' }), ['r1']]);
  });

  test('a delivery that was settled before fails alone', async () => {
    const { writer } = setUp();
    const settlement = joint('double', []);
    const [bad, good] = await Promise.allSettled([
      writer.storeJointly({ meta: metaOf('a') }, delivery('settled before'), settlement),
      writer.storeJointly({ meta: metaOf('b') }, delivery('r2'), settlement),
    ]);
    expect(bad).toMatchObject({ status: 'rejected' });
    expect(good).toMatchObject({ status: 'fulfilled', value: { settled: true } });
  });

  test('of different databases stores first and acknowledges then', async () => {
    const { backend, writer } = setUp();
    const settlements: string[] = [];
    const outcome = await writer.storeJointly({ meta: metaOf('a') }, delivery('r1', settlements), joint('another', []));
    expect(outcome).toEqual({ outcome: 'stored', settled: true });
    expect(backend.batches).toEqual([['a']]);
    expect(settlements).toEqual(['r1 ack']);
  });
});

test('closing waits for what is on its way, but not for a store that is away', async () => {
  const { backend, writer } = setUp();
  const storing = store(writer, 'a');
  await writer.close();
  expect(await storing).toBe('stored');
  backend.isAway = true;
  const lost = expect(store(writer, 'b')).rejects.toMatchObject({ code: 'CLR_BACKEND_UNAVAILABLE' });
  await writer.close();
  await lost;
});

test('closing ends the wait before another try', async () => {
  const { backend, clock, writer } = setUp();
  backend.isAway = true;
  const lost = expect(store(writer, 'a')).rejects.toMatchObject({ code: 'CLR_BACKEND_UNAVAILABLE' });
  await clock.advance(30_000);
  await writer.close();
  await lost;
});
