import { type ResultMeta, silentLogger } from '@celeriac/protocol';
import { describe, expect, it } from 'vitest';
import { ManualClock, settled } from './manual-clock.fixture.ts';
import { type ResultFeed, type ResultListener, ResultWatchHub } from './result-watch-hub.ts';

const success = (taskId: string): ResultMeta => ({
  status: 'SUCCESS',
  result: { of: taskId },
  traceback: null,
  children: [],
  date_done: null,
  task_id: taskId,
});

/** A hub over a Map, with everything that it asked for. */
function stage(options: { feed?: boolean } = {}) {
  const clock = new ManualClock();
  const stored = new Map<string, ResultMeta>();
  const loads: string[][] = [];
  const failures: Error[] = [];
  const listeners = new Map<string, ResultListener>();
  const feed: ResultFeed = {
    subscribe: async (ids, onSet) => {
      for (const id of ids) listeners.set(id, onSet);
    },
    unsubscribe: async (ids) => {
      for (const id of ids) listeners.delete(id);
    },
  };
  const hub = new ResultWatchHub({
    load: async (ids) => {
      loads.push([...ids]);
      const failure = failures.shift();
      if (failure !== undefined) throw failure;
      return ids.map((id) => structuredClone(stored.get(id)));
    },
    clock,
    logger: silentLogger,
    ...(options.feed === true ? { feed } : undefined),
  });
  const reports: string[][] = [];
  const watch = hub.watch((metas) => reports.push(metas.map((meta) => meta.task_id)));
  const put = (...ids: string[]): void => {
    for (const id of ids) stored.set(id, success(id));
  };
  return { clock, stored, loads, failures, listeners, hub, reports, watch, put };
}

describe('ResultWatchHub without a feed', () => {
  it('reports at once what is ready already, everything of one turn together', async () => {
    const { put, watch, reports, loads } = stage();
    put('a', 'b');
    watch.add(['a']);
    watch.add(['b', 'c']);
    await settled();
    expect(loads).toEqual([['a', 'b', 'c']]);
    expect(reports).toEqual([['a', 'b']]);
  });

  it('asks every half second for all ids in one read, and reports each once', async () => {
    const { put, watch, reports, loads, clock } = stage();
    watch.add(['a', 'b']);
    await clock.advance(499);
    expect(loads).toHaveLength(1);
    put('a');
    await clock.advance(1);
    expect(reports).toEqual([['a']]);
    put('b');
    await clock.advance(500);
    expect(reports).toEqual([['a'], ['b']]);
    expect(loads).toEqual([['a', 'b'], ['a', 'b'], ['b']]);
  });

  it('holds no timer before something is watched, nor after everything was reported or removed', async () => {
    const { put, watch, clock } = stage();
    expect(clock.pending).toBe(0);
    put('a');
    watch.add(['a', 'b']);
    await settled();
    expect(clock.pending).toBe(1);
    watch.remove(['b']);
    expect(clock.pending).toBe(0);
  });

  it('stretches the interval in silence, and shortens it when somebody new waits', async () => {
    const { watch, clock } = stage();
    watch.add(['a']);
    await clock.advance(60_000);
    expect(clock.nextInMs).toBeGreaterThan(500);
    watch.add(['b']);
    await settled();
    expect(clock.nextInMs).toBeLessThanOrEqual(500);
  });

  it('is not put off for ever by watches that keep coming', async () => {
    const { watch, clock, put, reports } = stage();
    watch.add(['a']);
    await settled();
    put('a');
    for (let index = 0; index < 6; index += 1) {
      watch.add([`late-${index}`]);
      await clock.advance(100);
    }
    expect(reports).toEqual([['a']]);
  });

  it('goes on after failures, less and less often, and reads at once again when it works', async () => {
    const { watch, clock, put, reports, failures, loads } = stage();
    for (let index = 0; index < 3; index += 1) failures.push(new Error('down'));
    put('a');
    watch.add(['a']);
    await settled();
    expect([loads.length, clock.nextInMs]).toEqual([1, 1000]);
    watch.add(['b']);
    await settled();
    expect(loads).toHaveLength(1);
    await clock.advance(1000);
    expect([loads.length, clock.nextInMs]).toEqual([2, 2000]);
    await clock.advance(2000 + 4000);
    expect(reports).toEqual([['a']]);
    expect(clock.nextInMs).toBeLessThanOrEqual(500);
  });

  it('works again for a new watch after everybody left during a failure', async () => {
    const { watch, clock, put, reports, failures } = stage();
    failures.push(new Error('down'));
    watch.add(['a']);
    watch.remove(['a']);
    await settled();
    failures.push(new Error('down'));
    watch.add(['b']);
    await settled();
    watch.remove(['b']);
    put('c');
    watch.add(['c']);
    await clock.advance(10_000);
    expect(reports).toEqual([['c']]);
  });

  it('reads very many ids in batches', async () => {
    const { watch, loads } = stage();
    watch.add(Array.from({ length: 2500 }, (_, index) => `t${index}`));
    await settled();
    expect(loads.map((ids) => ids.length)).toEqual([1000, 1000, 500]);
  });

  it('gives every watch objects of its own', async () => {
    const { hub, put } = stage();
    const got: unknown[] = [];
    put('a');
    for (let index = 0; index < 2; index += 1) hub.watch((metas) => got.push(metas[0]!.result)).add(['a']);
    await settled();
    expect(got).toEqual([{ of: 'a' }, { of: 'a' }]);
    expect(got[0]).not.toBe(got[1]);
  });

  it('does not report what was removed while it was being read, nor after the watch was closed', async () => {
    const { watch, put, reports, hub } = stage();
    put('a', 'b');
    watch.add(['a']);
    watch.remove(['a']);
    watch.add(['b']);
    await watch.close();
    await settled();
    hub.close();
    expect(reports).toEqual([]);
  });

  it('does not let one failing listener take the others down', async () => {
    const { hub, put, watch, reports } = stage();
    put('a');
    const failing = hub.watch(() => {
      throw new Error('listener');
    });
    failing.add(['a']);
    watch.add(['a']);
    await settled();
    expect(reports).toEqual([['a']]);
  });

  it('refuses ids that cannot be', () => {
    expect(() => stage().watch.add([''])).toThrow(expect.objectContaining({ code: 'CLR_INVALID_RESULT_ID' }));
  });
});

describe('ResultWatchHub with a feed', () => {
  it('subscribes before it looks, and needs no timer', async () => {
    const { watch, clock, put, reports, listeners, loads } = stage({ feed: true });
    watch.add(['a']);
    await settled();
    expect([loads.length, clock.pending, listeners.size]).toEqual([1, 0, 1]);
    put('a');
    listeners.get('a')?.(['a', 'a key nobody asked for']);
    await settled();
    expect(reports).toEqual([['a']]);
    expect(listeners.size).toBe(0);
  });

  it('misses nothing that becomes ready between the look and its answer', async () => {
    const { watch, put, reports, listeners, stored } = stage({ feed: true });
    const read = stored.get.bind(stored);
    stored.get = (id) => {
      const before = read(id);
      if (before === undefined) {
        put(id);
        listeners.get(id)?.([id]);
      }
      return before;
    };
    watch.add(['a']);
    await settled();
    expect(reports).toEqual([['a']]);
  });

  it('stays silent about states that are not final', async () => {
    const { watch, stored, reports, listeners } = stage({ feed: true });
    watch.add(['a']);
    await settled();
    stored.set('a', { ...success('a'), status: 'PROGRESS' });
    listeners.get('a')?.(['a']);
    await settled();
    expect(reports).toEqual([]);
    expect(listeners.size).toBe(1);
  });

  it('what the feed tells of a result needs no look; where it tells nothing, the store is asked', async () => {
    const { hub, watch, put, reports, listeners, loads } = stage({ feed: true });
    const others: ResultMeta[] = [];
    const other = hub.watch((metas) => others.push(...metas));
    watch.add(['a', 'b', 'c']);
    other.add(['a']);
    await settled();
    loads.length = 0;
    put('b');
    const told = success('a');
    listeners.get('a')?.(
      ['a', 'b', 'c', 'nobody'],
      [told, undefined, { ...success('c'), status: 'STARTED' }, success('nobody')],
    );
    expect(reports).toEqual([['a']]);
    await settled();
    expect([loads, reports]).toEqual([[['b']], [['a'], ['b']]]);
    expect(others).toEqual([told]);
    expect([...listeners.keys()]).toEqual(['c']);
    listeners.get('c')?.(['c', 'c'], [success('c'), success('c')]);
    expect(reports).toEqual([['a'], ['b'], ['c']]);
  });

  it('subscribes and looks again after a failure', async () => {
    const { watch, clock, put, reports, failures } = stage({ feed: true });
    failures.push(new Error('down'));
    put('a');
    watch.add(['a']);
    await clock.advance(1000);
    expect(reports).toEqual([['a']]);
    expect(clock.pending).toBe(0);
  });

  it('keeps the subscription as long as one of several watches needs it', async () => {
    const { hub, watch, listeners } = stage({ feed: true });
    const other = hub.watch(() => {});
    watch.add(['a']);
    other.add(['a']);
    await settled();
    watch.remove(['a']);
    expect(listeners.size).toBe(1);
    other.remove(['a']);
    expect(listeners.size).toBe(0);
  });
});
