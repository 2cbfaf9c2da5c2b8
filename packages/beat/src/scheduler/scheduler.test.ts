import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readEntry } from '../entry/read-entry.ts';
import { newState, type ScheduleEntry } from '../entry/schedule-entry.ts';
import { EntryHeap, type HeapItem } from './entry-heap.ts';
import { Scheduler } from './scheduler.ts';

const defaults = { timezone: 'UTC', startingDeadlineMs: Number.POSITIVE_INFINITY };
const entryOf = (name: string, given: object): ScheduleEntry =>
  readEntry(name, { task: 'add', schedule: 1, ...given }, defaults, 'config');

describe('the heap', () => {
  test('gives items by time, then by priority, then by name, whatever happened to it', () => {
    const name = fc.constantFrom(...'abcdefghijklmnop');
    const change = fc.record({
      name,
      atMs: fc.integer({ min: 0, max: 9 }),
      priority: fc.integer({ min: 0, max: 2 }),
      removes: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
        const heap = new EntryHeap();
        const model = new Map<string, HeapItem>();
        for (const { removes, ...item } of changes) {
          if (removes) heap.remove(item.name);
          else heap.set(item);
          if (removes) model.delete(item.name);
          else model.set(item.name, item);
        }
        expect(heap.size).toBe(model.size);
        const sorted = [...model.values()].sort(
          (a, b) => a.atMs - b.atMs || b.priority - a.priority || (a.name < b.name ? -1 : 1),
        );
        const popped: HeapItem[] = [];
        for (let item = heap.pop(); item !== undefined; item = heap.pop()) popped.push(item);
        expect(popped).toEqual(sorted);
      }),
    );
  });
});

describe('a tick', () => {
  test('says what is due, by time and priority, and when to look again', () => {
    const scheduler = new Scheduler('app');
    scheduler.set(entryOf('late', { schedule: 3 }), newState(0), 0);
    scheduler.set(entryOf('low', { schedule: 2, options: { priority: 1 } }), newState(0), 0);
    scheduler.set(entryOf('high', { schedule: 2, options: { priority: 9 } }), newState(0), 0);
    scheduler.set(entryOf('paused', { schedule: 1, enabled: false }), newState(0), 0);
    expect(scheduler.tick(1999)).toEqual({ due: [], failed: [], wakeAtMs: 2000 });
    const { due, wakeAtMs } = scheduler.tick(2000);
    expect(due.map(({ entry }) => entry.name)).toEqual(['high', 'low']);
    expect(wakeAtMs).toBe(3000);
    expect(scheduler.tick(2000).due).toEqual([]);
    expect(scheduler.get('high')?.state).toMatchObject({ lastDueMs: 2000, pending: due[0]!.runs });
  });

  test('gives the same ids for the same entries and due times', () => {
    const idsOf = (owner: string): readonly string[] => {
      const scheduler = new Scheduler(owner);
      for (const name of ['a', 'b']) scheduler.set(entryOf(name, {}), newState(0), 0);
      return [scheduler.tick(1000), scheduler.tick(2000)].flatMap(({ due }) =>
        due.flatMap(({ runs }) => runs.map(({ id }) => id)),
      );
    };
    expect(new Set(idsOf('x')).size).toBe(4);
    expect(idsOf('x')).toEqual(idsOf('x'));
    expect(idsOf('x')).not.toEqual(idsOf('y'));
    expect(idsOf('x')[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  test('a run that could not be sent makes room for the next one, unless all are wanted', () => {
    const scheduler = new Scheduler('app');
    scheduler.set(entryOf('once', {}), newState(0), 0);
    scheduler.set(entryOf('all', { missedRuns: 'all' }), newState(0), 0);
    for (const now of [1000, 2000, 3000]) scheduler.tick(now);
    expect(scheduler.get('once')?.state.pending.map(({ dueMs }) => dueMs)).toEqual([3000]);
    expect(scheduler.get('all')?.state.pending.map(({ dueMs }) => dueMs)).toEqual([1000, 2000, 3000]);
  });

  test('100,000 entries are read and loaded in some seconds, and one tick takes five milliseconds', {
    timeout: 180_000,
  }, () => {
    // Time of the processor: other programs may keep this one waiting.
    const spentMs = (): number => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1000;
    };
    const zones = ['UTC', 'Europe/Berlin', 'America/New_York'];
    const begun = spentMs();
    const entries = Array.from({ length: 100_000 }, (_item, index) =>
      entryOf(`entry ${index}`, {
        schedule: index % 2 === 0 ? 3600 + (index % 600) : `${index % 60} ${index % 24} * * *`,
        timezone: zones[index % 3],
      }),
    );
    const scheduler = new Scheduler('app');
    const start = Date.UTC(2026, 2, 28);
    for (const [index, entry] of entries.entries()) {
      scheduler.set(entry, { ...newState(start), lastDueMs: start - (index % 3_600_000) }, start);
    }
    expect(spentMs() - begun).toBeLessThan(6000);
    const times: number[] = [];
    let sent = 0;
    for (let now = start; now < start + 300_000; now += 500) {
      const before = performance.now();
      sent += scheduler.tick(now).due.length;
      times.push(performance.now() - before);
    }
    expect(sent).toBeGreaterThan(100);
    times.sort((a, b) => a - b);
    // Nearly all: the machine may be busy with something else at times.
    expect(times[Math.floor(times.length * 0.95)]).toBeLessThan(5);
  });
});
