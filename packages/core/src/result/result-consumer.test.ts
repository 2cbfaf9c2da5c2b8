import { BackendUnavailableError } from '@celeriac/backend';
import { describe, expect, test } from 'vitest';
import { BackendDouble, metaOf } from './backend-double.fixture.ts';
import { ErrorRegistry } from './failure-error.ts';
import { ManualClock, settled } from './manual-clock.fixture.ts';
import { ResultConsumer } from './result-consumer.ts';

function setUp() {
  const backend = new BackendDouble();
  const clock = new ManualClock();
  const state = { isAway: false, connects: 0 };
  const consumer = new ResultConsumer({
    backend: async () => {
      state.connects++;
      if (state.isAway) throw new BackendUnavailableError('double://', 'away');
      return backend;
    },
    clock,
    errors: new ErrorRegistry(),
  });
  return { backend, clock, consumer, state };
}

describe('waiting for results', () => {
  test('thousands of waits take one watch, and those of one turn one call', async () => {
    const { backend, consumer } = setUp();
    const ids = Array.from({ length: 5000 }, (_, index) => `id${index}`);
    const waiting = ids.map((id) => consumer.wait(id, {}));
    await settled();
    expect(backend.watches).toBe(1);
    expect(backend.added).toEqual([ids]);
    await backend.store(ids.map((id, index) => ({ meta: metaOf(id, { result: index }) })));
    expect((await Promise.all(waiting)).map(({ result }) => result)).toEqual(ids.map((_, index) => index));
    expect(backend.watches).toBe(1);
  });

  test('a result that is ready before is found', async () => {
    const { backend, consumer } = setUp();
    await backend.store([{ meta: metaOf('early', { result: 1 }) }]);
    expect(await consumer.wait('early', {})).toMatchObject({ result: 1 });
  });

  test('many may wait for one result', async () => {
    const { backend, consumer } = setUp();
    const waiting = [consumer.wait('x', {}), consumer.wait('x', { timeoutMs: 1000 }), consumer.wait('x', {})];
    await settled();
    await backend.store([{ meta: metaOf('x') }]);
    expect(await Promise.all(waiting)).toHaveLength(3);
  });

  test('a state that is not final wakes nobody', async () => {
    const { backend, consumer } = setUp();
    const waiting = consumer.wait('x', {});
    await settled();
    await backend.store([{ meta: metaOf('x', { status: 'PROGRESS' }) }]);
    await backend.store([{ meta: metaOf('x', { result: 'done' }) }]);
    expect(await waiting).toMatchObject({ result: 'done' });
  });

  test('a wait that ends by its timeout or signal is watched no longer', async () => {
    const { backend, clock, consumer } = setUp();
    const controller = new AbortController();
    const timedOut = expect(consumer.wait('a', { timeoutMs: 100 })).rejects.toMatchObject({
      code: 'CLR_RESULT_TIMEOUT',
      timeoutMs: 100,
    });
    const aborted = expect(consumer.wait('b', { signal: controller.signal })).rejects.toThrow('enough');
    await settled();
    expect(backend.watchedIds).toEqual(['a', 'b']);
    await clock.advance(100);
    controller.abort(new Error('enough'));
    await Promise.all([timedOut, aborted]);
    expect(backend.watchedIds).toEqual([]);
    await expect(consumer.wait('c', { signal: controller.signal })).rejects.toThrow('enough');
  });

  test('an id that cannot be fails alone', async () => {
    const { backend, consumer } = setUp();
    const waiting = Promise.allSettled([consumer.wait('', {}), consumer.wait('fine', {})]);
    await settled();
    await backend.store([{ meta: metaOf('fine') }]);
    const [bad, good] = await waiting;
    expect(bad).toMatchObject({ status: 'rejected' });
    expect(good).toMatchObject({ status: 'fulfilled' });
  });

  test('a close ends every wait', async () => {
    const { consumer } = setUp();
    const waiting = expect(consumer.wait('x', {})).rejects.toThrow('closed');
    await settled();
    await consumer.close(new Error('closed'));
    await waiting;
  });
});

describe('D7: a store that is away when the wait begins', () => {
  test('is tried again within the timeout', async () => {
    const { backend, clock, consumer, state } = setUp();
    state.isAway = true;
    const waiting = consumer.wait('x', { timeoutMs: 30_000 });
    await clock.advance(5000);
    const also = consumer.wait('y', {});
    state.isAway = false;
    await clock.advance(5000);
    await backend.store([{ meta: metaOf('x') }, { meta: metaOf('y') }]);
    expect(await Promise.all([waiting, also])).toHaveLength(2);
  });

  test('fails the waits when it stays away', async () => {
    const { clock, consumer, state } = setUp();
    state.isAway = true;
    const waiting = expect(consumer.wait('x', {})).rejects.toMatchObject({ code: 'CLR_BACKEND_UNAVAILABLE' });
    await clock.advance(90_000);
    await waiting;
    const before = state.connects;
    await clock.advance(90_000);
    expect(state.connects).toBe(before);
  });
});
