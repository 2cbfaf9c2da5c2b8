import { readdirSync, readFileSync } from 'node:fs';
import type { ReceivedEvent } from '@celeriac/core/internal';
import { decodeEvents } from '@celeriac/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ClusterState } from './cluster-state.ts';
import { isAlive } from './worker-state.ts';

function event(type: string, clock: number, fields: object = {}, more: Partial<ReceivedEvent> = {}): ReceivedEvent {
  const base = { hostname: 'w1@h', utcoffset: 0, pid: 1, timestamp: clock, receivedAtMs: clock * 1000 };
  return { type, clock, ...base, fields: { ...fields }, ...more };
}

function shown(state: ClusterState): unknown {
  const { workers, eventCount, taskCount } = state;
  return { workers, eventCount, taskCount, tasks: state.tasksByTime(), types: state.taskTypes() };
}

function stateOf(events: readonly ReceivedEvent[]): ClusterState {
  const state = new ClusterState();
  for (const each of events) state.event(each);
  return state;
}

/** Celery's own events of all kinds. */
function goldenEvents(): readonly ReceivedEvent[] {
  const folder = new URL('../../protocol/test/golden/fixtures/events/', import.meta.url);
  const bodies: object[] = [];
  const collect = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if ('hostname' in value && 'timestamp' in value && 'type' in value) bodies.push(value);
    else for (const inner of Object.values(value)) collect(inner);
  };
  for (const file of readdirSync(folder)) collect(JSON.parse(readFileSync(new URL(file, folder), 'utf8')));
  return decodeEvents(bodies).events.map((each) => ({
    ...each,
    clock: each.clock ?? 0,
    receivedAtMs: each.timestamp * 1000 + 5,
  }));
}

const described = {
  uuid: 'a',
  name: 'tasks.add',
  args: '(1,)',
  kwargs: '{}',
  retries: 0,
  root_id: 'a',
  parent_id: null,
};
const way = [
  event('task-sent', 1, { ...described, queue: 'q', exchange: '', routing_key: 'q' }, { hostname: 'gen1@h' }),
  event('task-received', 2, described),
  event('task-started', 3, { uuid: 'a' }),
  event('task-succeeded', 4, { uuid: 'a', result: '2', runtime: 0.5 }),
];

describe('tasks', () => {
  test('follow their events', () => {
    const state = new ClusterState();
    const states = way.map((each) => {
      state.event(each);
      return state.task('a')?.state;
    });
    expect(states).toEqual(['PENDING', 'RECEIVED', 'STARTED', 'SUCCESS']);
    expect(state.task('a')).toMatchObject({
      name: 'tasks.add',
      args: '(1,)',
      worker: 'w1@h',
      client: 'gen1@h',
      queue: 'q',
      routingKey: 'q',
      isReady: true,
      result: '2',
      runtimeMs: 500,
      rootId: 'a',
      sentAtMs: 1000,
      receivedAtMs: 2000,
      succeededAtMs: 4000,
      failedAtMs: null,
      clock: 4,
    });
    expect([state.taskCount, state.eventCount, state.taskTypes()]).toEqual([1, 4, ['tasks.add']]);
  });

  test.each<[string, readonly ReceivedEvent[], string]>([
    [
      'a retry that was received again',
      [...way.slice(0, 3), event('task-retried', 4, { uuid: 'a' }), event('task-received', 5, described)],
      'RECEIVED',
    ],
    ['a retry', [...way.slice(0, 3), event('task-retried', 4, { uuid: 'a' })], 'RETRY'],
    [
      'a retry on a machine whose clock is behind',
      [event('task-retried', 900, { uuid: 'a' }), event('task-succeeded', 7, { uuid: 'a' }, { hostname: 'w2@h' })],
      'SUCCESS',
    ],
    ['an end before its beginning', [way[3]!, way[1]!, way[0]!], 'SUCCESS'],
    [
      'a failure that succeeded at last',
      [event('task-failed', 5, { uuid: 'a' }), event('task-succeeded', 9, { uuid: 'a' })],
      'SUCCESS',
    ],
    ['a rejection', [event('task-started', 5, { uuid: 'a' }), event('task-rejected', 9, { uuid: 'a' })], 'REJECTED'],
    ['a revoked one', [way[1]!, event('task-revoked', 9, { uuid: 'a', expired: true })], 'REVOKED'],
    ['an event of its own', [...way.slice(0, 3), event('task-progress', 9, { uuid: 'a', percent: 50 })], 'PROGRESS'],
    ['an end after an event of its own', [event('task-progress', 9, { uuid: 'a' }), way[3]!], 'SUCCESS'],
  ])('%s', (_name, events, expected) => {
    for (const order of [events, events.toReversed()]) expect(stateOf(order).task('a')?.state).toBe(expected);
  });

  test('are found by time, type, worker and parent', () => {
    const state = new ClusterState();
    for (const [at, [uuid, name, hostname, parent]] of [
      ['1', 'x', 'w1@h', null],
      ['2', 'y', 'w2@h', '1'],
      ['3', 'x', 'w2@h', '1'],
    ].entries()) {
      state.event(event('task-received', at + 1, { uuid, name, parent_id: parent }, { hostname: hostname as string }));
    }
    const ids = (tasks: readonly { uuid: string }[]): readonly string[] => tasks.map(({ uuid }) => uuid);
    expect(ids(state.tasksByTime())).toEqual(['3', '2', '1']);
    expect(ids(state.tasksByTime({ oldestFirst: true, limit: 2 }))).toEqual(['1', '2']);
    expect(ids(state.tasksByType('x'))).toEqual(['3', '1']);
    expect(ids(state.tasksByWorker('w2@h', { limit: 1 }))).toEqual(['3']);
    expect(ids(state.childrenOf('1'))).toEqual(['2', '3']);
    expect(state.taskTypes()).toEqual(['x', 'y']);
    expect([...state.countsByState()]).toEqual([['RECEIVED', 3]]);
  });

  test('that were told of longest ago are forgotten first', () => {
    const state = new ClusterState({ maxTasks: 3, maxWorkers: 2 });
    for (let at = 1; at <= 5; at++) state.event(event('task-received', at, { uuid: `${at}` }, { hostname: `w${at}` }));
    expect(state.tasksByTime().map(({ uuid }) => uuid)).toEqual(['5', '4', '3']);
    expect(state.workers.map(({ hostname }) => hostname)).toEqual(['w4', 'w5']);
    state.event(event('task-succeeded', 6, { uuid: '4' }, { hostname: 'w4' }));
    state.clearTasks();
    expect(state.tasksByTime().map(({ uuid }) => uuid)).toEqual(['5', '3']);
    state.clear();
    expect(shown(state)).toMatchObject({ workers: [], eventCount: 0 });
    state.clearTasks({ all: true });
    expect(state.tasksByTime()).toEqual([]);
  });
});

describe('workers', () => {
  const pulse = {
    freq: 2,
    active: 1,
    processed: 7,
    loadavg: [0.1, 0.2, 0.3],
    sw_ident: 'py-celery',
    sw_ver: '5.2.6',
    sw_sys: 'Linux',
  };

  test('live while they beat', () => {
    const state = stateOf([event('worker-online', 10, pulse), event('worker-heartbeat', 12, pulse)]);
    const worker = state.worker('w1@h')!;
    expect(worker).toMatchObject({
      freqMs: 2000,
      active: 1,
      processed: 7,
      swIdent: 'py-celery',
      lastSeenMs: 12_000,
      driftMs: 0,
    });
    expect([isAlive(worker, 15_999), isAlive(worker, 16_000)]).toEqual([true, false]);
    expect([state.aliveWorkers(15_999).length, state.aliveWorkers(16_000).length]).toEqual([1, 0]);
  });

  test('are gone when they said so, even if an older heartbeat comes late; and back when they start again', () => {
    const state = stateOf([event('worker-offline', 20, pulse), event('worker-heartbeat', 19, pulse)]);
    expect(state.aliveWorkers(20_000)).toEqual([]);
    // A worker that starts again has a logical clock that starts again.
    state.event(event('worker-online', 1, pulse, { timestamp: 30, receivedAtMs: 30_000, pid: 2 }));
    expect(state.aliveWorkers(31_000)).toMatchObject([{ hostname: 'w1@h', pid: 2 }]);
    state.forgetWorker('w1@h');
    expect(state.worker('w1@h')).toBeUndefined();
  });

  test('of any shape are no danger', () => {
    const odd = { freq: '__proto__', active: {}, processed: Number.NaN, loadavg: 'x', sw_ident: 7 };
    const state = stateOf([
      event('worker-heartbeat', 1, odd, { hostname: '__proto__' }),
      event('task-sent', 1, { uuid: 7 }),
    ]);
    expect(state.worker('__proto__')).toMatchObject({
      freqMs: 60_000,
      active: null,
      processed: null,
      loadavg: [],
      swIdent: null,
    });
    expect(state.tasksByTime()).toEqual([]);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});

describe('any order of the same events leads to the same state', () => {
  test("Celery's own events", () => {
    const events = goldenEvents();
    expect(events.length).toBeGreaterThan(80);
    const expected = shown(stateOf(events));
    fc.assert(
      fc.property(fc.shuffledSubarray([...events], { minLength: events.length }), (shuffled) => {
        expect(shown(stateOf(shuffled))).toEqual(expected);
      }),
      { numRuns: 50 },
    );
    const state = stateOf(events);
    expect(state.tasksByTime().filter(({ state: each }) => each === 'SUCCESS').length).toBeGreaterThan(12);
    expect(state.task('u1')).toMatchObject({ state: 'FAILURE', exception: "NotRegistered('proj.nope')" });
  });

  test('made-up events, also repeated', () => {
    const one = fc.record({
      type: fc.constantFrom(
        'task-sent',
        'task-received',
        'task-started',
        'task-retried',
        'task-succeeded',
        'task-failed',
        'task-mine',
        'worker-online',
        'worker-heartbeat',
        'worker-offline',
      ),
      clock: fc.integer({ min: 0, max: 5 }),
      timestamp: fc.integer({ min: 1, max: 5 }),
      hostname: fc.constantFrom('w1@h', 'w2@h'),
      pid: fc.integer({ min: 1, max: 2 }),
      uuid: fc.constantFrom('a', 'b'),
      extra: fc.oneof(fc.constant({}), fc.record({ result: fc.constantFrom('1', '2'), freq: fc.constantFrom(1, 2) })),
    });
    const events = fc
      .array(one, { maxLength: 30 })
      .map((list) =>
        list.map(({ type, clock, extra, uuid, ...more }) =>
          event(type, clock, { uuid, ...extra }, { ...more, receivedAtMs: more.timestamp * 1000 }),
        ),
      );
    const pair = events.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
    fc.assert(
      fc.property(pair, ([list, shuffled]) => {
        expect(shown(stateOf(shuffled))).toEqual(shown(stateOf(list)));
        const {
          eventCount: _one,
          taskCount: _two,
          ...again
        } = shown(stateOf([...list, ...list])) as { eventCount: number; taskCount: number };
        expect(shown(stateOf(list))).toMatchObject(again);
      }),
      { numRuns: 500 },
    );
  });
});
