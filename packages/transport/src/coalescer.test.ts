import { describe, expect, test } from 'vitest';
import { Coalescer } from './coalescer.ts';

function recorder(limit?: number): { readonly batches: (readonly number[])[]; readonly coalescer: Coalescer<number> } {
  const batches: (readonly number[])[] = [];
  const run = async (items: readonly number[]): Promise<void> => void batches.push(items);
  return { batches, coalescer: new Coalescer(run, limit === undefined ? {} : { limit }) };
}

describe('Coalescer', () => {
  test('hands over everything of one turn as one batch, in order', async () => {
    const { batches, coalescer } = recorder();
    coalescer.add(1);
    coalescer.add(2);
    queueMicrotask(() => coalescer.add(3));
    void Promise.resolve()
      .then(() => {})
      .then(() => {})
      .then(() => coalescer.add(4));
    await coalescer.idle();
    expect(batches).toEqual([[1, 2, 3, 4]]);
  });

  test('uses no timer: a batch leaves before the next turn', async () => {
    const { batches, coalescer } = recorder();
    coalescer.add(1);
    expect(batches).toEqual([]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(batches).toEqual([[1]]);
  });

  test('gathers the next batch while one is under way, and never runs two at once', async () => {
    const gates: PromiseWithResolvers<void>[] = [];
    const batches: (readonly number[])[] = [];
    let running = 0;
    const coalescer = new Coalescer<number>(async (items) => {
      expect(++running).toBe(1);
      batches.push(items);
      const gate = Promise.withResolvers<void>();
      gates.push(gate);
      await gate.promise;
      running--;
    });
    coalescer.add(1);
    await new Promise(setImmediate);
    coalescer.add(2);
    await new Promise(setImmediate);
    coalescer.add(3);
    await new Promise(setImmediate);
    expect(batches).toEqual([[1]]);
    gates[0]!.resolve();
    await new Promise(setImmediate);
    expect(batches).toEqual([[1], [2, 3]]);
    gates[1]!.resolve();
    await coalescer.idle();
  });

  test('splits what exceeds the limit and keeps the order', async () => {
    const { batches, coalescer } = recorder(2);
    for (const item of [1, 2, 3, 4, 5]) coalescer.add(item);
    await coalescer.idle();
    expect(batches).toEqual([[1, 2], [3, 4], [5]]);
  });

  test('is idle at once when nothing waits', async () => {
    const { batches, coalescer } = recorder();
    await coalescer.idle();
    expect(batches).toEqual([]);
  });

  test('the last one of a turn leaves behind what others have gathered in it, in the same turn', async () => {
    const order: string[] = [];
    const note = (name: string) => async (): Promise<void> => void order.push(name);
    const last = new Coalescer<number>(note('last'), { last: true });
    const usual = new Coalescer<number>(note('usual'));
    last.add(1);
    usual.add(1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(order).toEqual(['usual', 'last']);
  });

  test('what is flushed leaves at once, and only once', async () => {
    const { batches, coalescer } = recorder();
    coalescer.flush();
    coalescer.add(1);
    coalescer.flush();
    expect(batches).toEqual([[1]]);
    coalescer.add(2);
    await coalescer.idle();
    expect(batches).toEqual([[1], [2]]);
  });

  test('a flush while a batch is under way waits for it', async () => {
    const gate = Promise.withResolvers<void>();
    const batches: (readonly number[])[] = [];
    const coalescer = new Coalescer<number>((items) => (batches.push(items) === 1 ? gate.promise : Promise.resolve()));
    coalescer.add(1);
    coalescer.flush();
    coalescer.add(2);
    coalescer.flush();
    expect(batches).toEqual([[1]]);
    gate.resolve();
    await coalescer.idle();
    expect(batches).toEqual([[1], [2]]);
  });
});
