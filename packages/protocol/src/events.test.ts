import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CeleryEvent, decodeEvents, encodeEvent, eventRoutingKey } from './events.ts';

const event: CeleryEvent = {
  type: 'task-started',
  hostname: 'w@h',
  utcoffset: 0,
  pid: 7,
  clock: 3,
  timestamp: 1795239560.5,
  fields: { uuid: 'x' },
};

describe('events', () => {
  it("are written in Celery's order", () => {
    expect(Object.keys(encodeEvent(event))).toEqual([
      'hostname',
      'utcoffset',
      'pid',
      'clock',
      'uuid',
      'timestamp',
      'type',
    ]);
    expect(eventRoutingKey('worker-elect-ack')).toBe('worker.elect.ack');
  });

  it('come back from lists and single objects', () => {
    expect(decodeEvents([encodeEvent(event), encodeEvent(event)]).events).toEqual([event, event]);
    expect(decodeEvents(encodeEvent(event))).toEqual({ events: [event], ignored: 0 });
  });

  it.each<object>([
    { type: undefined },
    { type: '__proto__' },
    { type: '' },
    { type: 7 },
    { hostname: 'x'.repeat(1e6) },
    { hostname: null },
    { timestamp: Number.NaN },
    { timestamp: 'x' },
  ])('M31: are ignored and counted with %#', (change) => {
    expect(decodeEvents({ ...encodeEvent(event), ...change })).toEqual({ events: [], ignored: 1 });
  });

  it.each<[object, object]>([
    [{ clock: -1 }, { clock: 0 }],
    [{ clock: 1e308 }, { clock: 0 }],
    [{ clock: 'x' }, { clock: 0 }],
    [{ clock: null }, { clock: null }],
    [{ utcoffset: 1e9 }, { utcoffset: 0 }],
    [{ pid: 'x' }, { pid: 0 }],
  ])('M31: have odd numbers put right: %j', (change, expected) => {
    expect(decodeEvents({ ...encodeEvent(event), ...change }).events[0]).toMatchObject(expected);
  });

  it('never throw, whatever arrives', () => {
    fc.assert(
      fc.property(fc.anything(), (body) => {
        const { events, ignored } = decodeEvents(body);
        expect(events.length + ignored).toBe(Array.isArray(body) ? body.length : 1);
      }),
    );
    expect(decodeEvents(new Array(20_000).fill(encodeEvent(event)))).toMatchObject({ ignored: 10_000 });
  });
});
