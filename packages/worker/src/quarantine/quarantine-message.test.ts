import type { RawMessage } from '@celeriac/protocol';
import { describe, expect, it } from 'vitest';
import { fromQuarantine, toQuarantine } from './quarantine-message.ts';

const message: RawMessage = {
  body: Buffer.from('not json'),
  contentType: 'application/json',
  contentEncoding: 'utf-8',
  headers: { task: 'a.b', id: 'x', custom: [1] },
  properties: { correlationId: 'x', priority: 3, expiration: '1000' },
};
const why = { code: 'CLR_DECODE', reason: 'Cannot decode json: \u001b[2J bad' };

describe('a message in quarantine', () => {
  it('comes out as it went in, but for its time to live', () => {
    const kept = toQuarantine(message, why, 'mail', Date.UTC(2026, 0, 1));
    expect(kept.properties).toEqual({ correlationId: 'x', priority: 3 });
    const { message: back, note } = fromQuarantine(kept);
    expect({ ...back, headers: { ...back.headers } }).toEqual({ ...message, properties: kept.properties });
    expect(note).toEqual({
      code: 'CLR_DECODE',
      reason: 'Cannot decode json: \\x1b[2J bad',
      queue: 'mail',
      time: '2026-01-01T00:00:00+00:00',
    });
  });

  it('M22: keeps names that mean something to objects as plain data', () => {
    const headers = JSON.parse('{"__proto__": {"polluted": 1}, "constructor": 2}') as RawMessage['headers'];
    const kept = toQuarantine({ ...message, headers }, why, 'mail', 0);
    expect(Object.keys(fromQuarantine(kept).message.headers)).toEqual(['__proto__', 'constructor']);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('has no note when no worker put it there', () => {
    expect(fromQuarantine(message).note).toBeUndefined();
  });
});
