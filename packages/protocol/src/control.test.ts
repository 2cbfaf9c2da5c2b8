import { describe, expect, it } from 'vitest';
import {
  decodeControlHeaders,
  decodeControlReply,
  decodeControlRequest,
  decodeRevoked,
  encodeControlRequest,
  helloArgumentsText,
  helloReplyText,
} from './control.ts';
import { InvalidMessageError } from './protocol-errors.ts';

describe('control', () => {
  it('round-trips a request', () => {
    const request = {
      method: 'ping',
      arguments: { a: 1 },
      destination: ['w@h'],
      pattern: null,
      matcher: null,
      ticket: 't',
      replyTo: { exchange: 'reply.celery.pidbox', routingKey: 'oid' },
    };
    expect(decodeControlRequest(encodeControlRequest(request))).toEqual(request);
  });

  it.each<[unknown, string]>([
    [null, 'control'],
    [[], 'control'],
    [{}, 'method'],
    [{ method: 7 }, 'method'],
    [{ method: 'x'.repeat(256) }, 'method'],
    [{ method: 'ping', arguments: [] }, 'arguments'],
    [{ method: 'ping', destination: 'w@h' }, 'destination'],
    [{ method: 'ping', destination: [7] }, 'destination'],
    [{ method: 'ping', destination: new Array(10_001).fill('n') }, 'destination'],
    [{ method: 'ping', pattern: '('.repeat(256) }, 'pattern'],
    [{ method: 'ping', reply_to: 'x' }, 'reply_to'],
    [{ method: 'ping', reply_to: {} }, 'reply_to.routing_key'],
  ])('M32, E3: refuses case %# naming %s', (body, field) => {
    let caught: unknown;
    try {
      decodeControlRequest(body);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(InvalidMessageError);
    expect((caught as InvalidMessageError).field).toBe(field);
  });

  it('M22: keeps hostile names as data', () => {
    const request = decodeControlRequest(JSON.parse('{"method":"__proto__","arguments":{"__proto__":{"x":1}}}'));
    expect(request.method).toBe('__proto__');
    expect(Object.keys(request.arguments)).toEqual(['__proto__']);
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });

  it('reads headers and replies leniently', () => {
    expect(decodeControlHeaders({ clock: 'x', expires: -1 })).toEqual({ clock: 0, expires: 0, ticket: null });
    expect(decodeControlHeaders({ clock: 5, expires: 12.5, ticket: 't' })).toEqual({
      clock: 5,
      expires: 12.5,
      ticket: 't',
    });
    expect(decodeControlReply({ 'w@h': { ok: 'pong' } })).toEqual([{ node: 'w@h', value: { ok: 'pong' } }]);
    expect(decodeControlReply('x')).toEqual([]);
  });

  it('writes the times of a hello as floats', () => {
    const revoked = new Map([
      ['a"b', 2207],
      ['c', 1.5],
    ]);
    expect(helloReplyText(revoked, 9)).toBe('{"revoked":{"a\\"b":[2207.0,"a\\"b"],"c":[1.5,"c"]},"clock":9}');
    expect(helloArgumentsText('n@h', revoked)).toBe(
      '{"from_node":"n@h","revoked":{"a\\"b":[2207.0,"a\\"b"],"c":[1.5,"c"]}}',
    );
    expect(decodeRevoked(JSON.parse(helloReplyText(revoked, 9)).revoked)).toEqual(revoked);
    expect(decodeRevoked(['a', 7])).toEqual(new Map([['a', 0]]));
    expect(decodeRevoked({ a: 1.5, b: 'x' })).toEqual(
      new Map([
        ['a', 1.5],
        ['b', 0],
      ]),
    );
  });
});
