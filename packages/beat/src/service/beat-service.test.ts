import { runtimeOf } from '@celeriac/core/internal';
import { describe, expect, test } from 'vitest';
import { runId } from '../entry/run-id.ts';
import { newState } from '../entry/schedule-entry.ts';
import { MemoryStore } from '../store/memory-store.ts';
import { beatApp, startBeat } from './beat-stage.fixture.ts';

describe('a beat', () => {
  test('sends what is due, with arguments, options, an id of its own and the entry’s name', async () => {
    const { app, log } = beatApp({
      beatSchedule: {
        often: { task: 'add', schedule: 0.2, args: [1, () => 2], kwargs: {}, options: { queue: 'slow', priority: 3 } },
      },
    });
    const sent: unknown[] = [];
    app.signals.beforeTaskPublish.connect(({ call, routingKey }) => void sent.push({ ...call, routingKey }));
    const { beat, events } = await startBeat(app, { store: new MemoryStore() });
    await events.seen('sent', 3);
    await beat.stop();
    const times = events.of('sent').map(({ dueMs }) => dueMs);
    for (const time of times.slice(1)) expect((time - times[0]!) % 200).toBe(0);
    expect(sent[0]).toMatchObject({
      task: 'add',
      args: [1, 2],
      routingKey: 'slow',
      id: runId('beat', 'often', times[0]!),
    });
    expect(log.some(({ message }) => message === 'Scheduler: Sending due task often (add)')).toBe(true);
    expect(await app.purge(['slow'])).toBeGreaterThanOrEqual(3);
  });

  test('remembers what ran: the next one goes on where it ended', async () => {
    const { app } = beatApp({ beatSchedule: { often: { task: 'add', schedule: 0.2, args: [1, 2] } } });
    const store = new MemoryStore();
    const first = await startBeat(app, { store });
    await first.events.seen('sent', 2);
    await first.beat.stop();
    const [record] = (await store.load()).records;
    const done = first.events.of('sent').length;
    expect(record?.state).toMatchObject({ totalRunCount: done, pending: [] });
    expect(record?.state?.lastDueMs).toBe(first.events.of('sent').at(-1)?.dueMs);
    const second = await startBeat(app, { store });
    await second.events.seen('sent', 1);
    const gap = second.events.of('sent')[0]!.dueMs - first.events.of('sent').at(-1)!.dueMs;
    expect(gap % 200).toBe(0);
    await second.beat.stop();
    expect((await store.load()).records[0]?.state?.totalRunCount).toBe(done + second.events.of('sent').length);
  });

  test('sends claimed runs again under their ids', async () => {
    const { app } = beatApp({ beatSchedule: { rare: { task: 'add', schedule: '1 hour', args: [1, 2] } } });
    const store = new MemoryStore();
    const lease = (await store.acquire('dead', 1))!;
    const dueMs = Date.now() - 5000;
    const pending = [{ dueMs, id: 'the-id-of-the-dead' }];
    await store.write(lease, [['rare', { ...newState(dueMs - 1000), lastDueMs: dueMs, pending }]]);
    await store.release(lease);
    const { beat, events } = await startBeat(app, { store });
    await events.seen('sent');
    await beat.stop();
    expect(events.of('sent')).toMatchObject([{ entry: 'rare', id: 'the-id-of-the-dead', dueMs }]);
    expect((await store.load()).records[0]?.state).toMatchObject({ pending: [], totalRunCount: 1 });
  });

  test('does not send again what has a result already', async () => {
    const { app } = beatApp({
      backend: 'memory://beat-resume',
      beatSchedule: { rare: { task: 'add', schedule: '1 hour', args: [1, 2] } },
    });
    const meta = { status: 'SUCCESS', result: 3, traceback: null, children: [], date_done: null, task_id: 'arrived' };
    await runtimeOf(app).results.store({ meta });
    const store = new MemoryStore();
    const lease = (await store.acquire('dead', 1))!;
    const dueMs = Date.now() - 5000;
    const pending = [{ dueMs, id: 'arrived' }];
    await store.write(lease, [['rare', { ...newState(dueMs), lastDueMs: dueMs, pending }]]);
    await store.release(lease);
    const { beat, events } = await startBeat(app, { store });
    await events.seen('leading');
    await beat.stop();
    expect(events.of('sent')).toEqual([]);
    expect((await store.load()).records[0]?.state).toMatchObject({ pending: [], totalRunCount: 1 });
  });

  test('leaves out entries that cannot be, names them, and runs the others', async () => {
    const beatSchedule = {
      'bad interval': { task: 'add', schedule: -5 },
      'no number': { task: 'add', schedule: Number.NaN },
      zero: { task: 'add', schedule: 0 },
      'bad args': { task: 'add', schedule: 1, args: 'x' },
      'bad zone': { task: 'add', schedule: '0 0 * * *', timezone: 'Europe/Berln' },
      'bad crontab': { task: 'add', schedule: '61 * * * *' },
      impossible: { task: 'add', schedule: '0 0 31 2 *' },
      'bad option': { task: 'add', schedule: 1, options: { queu: 'x' } },
      'bad field': { task: 'add', schedule: 1, arg: [] },
      'no task': { schedule: 1 },
      nothing: null,
      good: { task: 'add', schedule: 0.1, args: [1, 2] },
    };
    const { app, log } = beatApp({ beatSchedule: beatSchedule as never });
    const { events } = await startBeat(app, { store: new MemoryStore() });
    await events.seen('sent', 1);
    expect(
      events
        .of('bad-entry')
        .map(({ entry }) => entry)
        .toSorted(),
    ).toEqual(
      Object.keys(beatSchedule)
        .filter((name) => name !== 'good')
        .toSorted(),
    );
    for (const { error } of events.of('bad-entry')) expect(error).toMatchObject({ code: 'CLR_BEAT_ENTRY' });
    const errors = log.filter(({ level }) => level === 'error').map(({ message }) => message);
    expect(errors.find((line) => line.includes('bad zone'))).toMatch(/timezone.*Berln.*Did you mean Europe\/Berlin/);
    expect(errors.find((line) => line.includes('bad field'))).toMatch(/arg is no part.*Did you mean args/);
  });

  test('of two entries of one name that of the settings counts, and the other one is told of', async () => {
    const { app } = beatApp({ beatSchedule: { twice: { task: 'add', schedule: 0.1, args: [1, 2] } } });
    app.addPeriodicTask(3600, app.signature('add', { args: [3, 4] }), { name: 'twice' });
    const { events } = await startBeat(app, { store: new MemoryStore() });
    await events.seen('sent');
    expect(events.of('bad-entry')).toMatchObject([{ entry: 'twice', error: { code: 'CLR_BEAT_ENTRY' } }]);
  });

  test('warns of unknown tasks at its start, and tells when it sends one', async () => {
    const { app, log } = beatApp({
      beatSchedule: {
        unknown: { task: 'ad', schedule: 0.1 },
        foreign: { task: 'python.task', schedule: 0.1, foreign: true },
      },
    });
    const { events } = await startBeat(app, { store: new MemoryStore() });
    await events.seen('leading');
    expect(
      log.filter(({ level, message }) => level === 'warning' && /sends ad, which is unknown here/.test(message)).length,
    ).toBe(1);
    await events.seen('sent', 4);
    expect(events.of('unknown-task').length).toBeGreaterThan(0);
    expect(new Set(events.of('unknown-task').map(({ entry }) => entry))).toEqual(new Set(['unknown']));
    expect(new Set(events.of('sent').map(({ entry }) => entry))).toEqual(new Set(['unknown', 'foreign']));
    expect(log.filter(({ level }) => level === 'error').length).toBe(1);
  });

  test('a schedule that throws is told of and stops nobody else', async () => {
    const { app } = beatApp({
      beatSchedule: {
        broken: {
          task: 'add',
          schedule: {
            next() {
              throw new Error('my schedule');
            },
          },
        },
        polled: { task: 'add', schedule: { isDue: () => ({ isDue: true, nextMs: 100 }) }, args: [1, 2] },
      },
    });
    const { events } = await startBeat(app, { store: new MemoryStore() });
    await events.seen('sent', 2);
    expect(events.of('bad-entry')).toMatchObject([{ entry: 'broken' }]);
    expect(events.of('sent').every(({ entry }) => entry === 'polled')).toBe(true);
  });

  test('arguments that cannot be made are an error of that run alone', async () => {
    let calls = 0;
    const makes = (): number => {
      if (++calls === 1) throw new Error('no argument');
      return calls;
    };
    const { app } = beatApp({ beatSchedule: { lazy: { task: 'add', schedule: 0.1, args: [makes, async () => 1] } } });
    const { events } = await startBeat(app, { store: new MemoryStore() });
    await events.seen('sent');
    expect(events.of('failed')).toMatchObject([{ entry: 'lazy', willRetry: false }]);
  });

  test('stops after so many runs, and after its end', async () => {
    const { app } = beatApp({
      beatSchedule: {
        thrice: { task: 'add', schedule: 0.05, args: [1, 2], maxRuns: 3 },
        once: { task: 'add', schedule: 0.05, args: [1, 2], oneOff: true },
        passed: { task: 'add', schedule: new Date(Date.now() - 60_000), args: [1, 2] },
        ended: { task: 'add', schedule: 0.05, args: [1, 2], endAt: new Date(Date.now() - 1000) },
        paused: { task: 'add', schedule: 0.05, args: [1, 2], enabled: false },
        later: { task: 'add', schedule: 0.05, args: [1, 2], startAt: new Date(Date.now() + 3_600_000) },
        clock: { task: 'add', schedule: 0.05, args: [1, 2] },
      },
    });
    const { beat, events } = await startBeat(app, { store: new MemoryStore() });
    await events.seen('sent', 20);
    await beat.stop();
    const counts = new Map<string, number>();
    for (const { entry } of events.of('sent')) counts.set(entry, (counts.get(entry) ?? 0) + 1);
    counts.delete('clock');
    expect(counts).toEqual(
      new Map([
        ['thrice', 3],
        ['once', 1],
        ['passed', 1],
      ]),
    );
  });

  test('a run is left out while the last one has not finished', async () => {
    const { app } = beatApp({
      backend: 'memory://beat-overlap',
      beatSchedule: { slow: { task: 'add', schedule: 0.1, args: [1, 2], overlap: 'skip' } },
    });
    const { events } = await startBeat(app, { store: new MemoryStore() });
    await events.seen('skipped', 2);
    expect(events.of('sent').length).toBe(1);
    expect(events.of('skipped')[0]).toMatchObject({ entry: 'slow', reason: 'overlap' });
    const id = events.of('sent')[0]!.id;
    const meta = { status: 'FAILURE', result: null, traceback: null, children: [], date_done: null, task_id: id };
    await runtimeOf(app).results.store({ meta });
    await events.seen('sent', 2);
  });

  test('signals tell that it starts, inside of a worker too', async () => {
    const { app } = beatApp();
    const seen: string[] = [];
    app.signals.beatInit.connect(({ app: name }) => void seen.push(`init ${name}`));
    app.signals.beatEmbeddedInit.connect(({ app: name }) => void seen.push(`embedded ${name}`));
    await startBeat(app, { store: new MemoryStore(), isEmbedded: true });
    expect(seen).toEqual(['init beat', 'embedded beat']);
  });

  test('cleans up a result store that does not do so itself, daily at four', async () => {
    for (const [backend, expected] of [
      ['memory://x', false],
      [`sqlite:////tmp/beat-cleanup-${process.pid}.db`, true],
    ] as const) {
      const { app } = beatApp({ backend });
      const store = new MemoryStore();
      const { beat, events } = await startBeat(app, { store });
      await events.seen('leading');
      await beat.stop();
      const names = (await store.load()).records.map(({ name }) => name);
      expect(names.includes('celery.backend_cleanup'), backend).toBe(expected);
    }
  });
});

describe('at run time', () => {
  test('entries are added, changed, paused, resumed, run at once and removed', { timeout: 120_000 }, async () => {
    const { app } = beatApp({ beatSchedule: { fixed: { task: 'add', schedule: '1 hour', args: [1, 2] } } });
    const store = new MemoryStore();
    const { events } = await startBeat(app, { store, maxInterval: 0.05 });
    await events.seen('leading');
    const definition = { task: 'add', schedule: { type: 'interval', everyMs: 100 }, args: [3, 4] } as const;
    await store.edit([
      { name: 'fixed', runNow: true },
      { name: 'new', definition },
    ]);
    await events.seen('sent', 3);
    const fixed = events.of('sent').filter(({ entry }) => entry === 'fixed');
    expect(fixed.length).toBe(1);
    await store.edit([{ name: 'new', isPaused: true }]);
    const deadline = performance.now() + 20_000;
    // Paused within a look or two: then the count stands still.
    for (let before = -1; before !== events.of('sent').length; ) {
      if (performance.now() > deadline) throw new Error('it is never paused');
      before = events.of('sent').length;
      await new Promise((done) => setTimeout(done, 400));
    }
    const paused = events.of('sent').length;
    await store.edit([{ name: 'new', isPaused: false }]);
    await events.seen('sent', paused + 2);
    await store.edit([{ name: 'new', definition: null }]);
    for (let records = 2; records > 1; ) {
      if (performance.now() > deadline + 20_000) throw new Error('it is never removed');
      await new Promise((done) => setTimeout(done, 100));
      records = (await store.load()).records.length;
    }
  });

  test('on a store that can be read and not be written it waits before it leads again, longer every time', async () => {
    class FullStore extends MemoryStore {
      #writes = 0;
      override async write(...args: Parameters<MemoryStore['write']>): Promise<boolean> {
        if (this.#writes++ > 0) throw new Error('No space left.');
        return super.write(...args);
      }
    }
    const { app } = beatApp({ beatSchedule: { often: { task: 'add', schedule: 0.1, args: [1, 2] } } });
    const startedMs = performance.now();
    const { events } = await startBeat(app, { store: new FullStore() });
    await events.seen('deposed', 3);
    // Half a second after the first, one second after the second.
    expect(performance.now() - startedMs).toBeGreaterThan(1400);
    expect(events.of('sent')).toEqual([]);
  });
});
