import { describe, expect, it } from 'vitest';
import { isCeleriacError } from './celeriac-error.ts';
import { zlibCompression } from './compression.ts';
import { CompressionRegistry } from './compression-registry.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { InvalidTaskError } from './protocol-errors.ts';
import type { RawMessage } from './raw-message.ts';
import { acceptList, SerializerRegistry } from './serializer-registry.ts';
import { decodeTaskBody, decodeTaskBodyOf } from './task-body.ts';

const serializers = new SerializerRegistry();
const compressions = new CompressionRegistry();
const accept = acceptList(['json'], serializers);

function fieldOf(body: unknown): string {
  try {
    decodeTaskBody(body);
  } catch (error) {
    if (error instanceof InvalidTaskError) return error.field;
    throw error;
  }
  return 'accepted';
}

function codeOf(message: Partial<RawMessage>): string {
  try {
    decodeWhole(message);
  } catch (error) {
    if (isCeleriacError(error)) return error.code;
    throw error;
  }
  return 'accepted';
}

const good: RawMessage = {
  body: Buffer.from('[[1],{"a":2},{}]'),
  contentType: 'application/json',
  contentEncoding: 'utf-8',
  headers: {},
  properties: {},
};

function decodeWhole(message: Partial<RawMessage>): unknown {
  return decodeTaskBodyOf({ ...good, ...message }, { protocol: 2 }, serializers, accept, compressions, DEFAULT_LIMITS);
}

const sig = { task: 'add', args: [], kwargs: {}, options: {}, subtask_type: null, immutable: false };

describe('task body', () => {
  it.each([null, 7, 'x', {}, [], [[], {}], [[], {}, {}, {}]])('M5: refuses %j', (body) => {
    expect(fieldOf(body)).toBe('body');
  });

  it.each(['x', {}, null, 7])('M6: refuses the args %j', (args) => {
    expect(fieldOf([args, {}, {}])).toBe('args');
  });

  it.each([[[]], [null], [7], ['x']])('M6: refuses the kwargs %j', (kwargs) => {
    expect(fieldOf([[], kwargs, {}])).toBe('kwargs');
  });

  it.each<[unknown, string]>([
    ['x', 'embed'],
    [[], 'embed'],
    [{ chain: {} }, 'embed.chain'],
    [{ chain: [{}] }, 'embed.chain[0].task'],
    [{ chain: [sig, 7] }, 'embed.chain[1]'],
    [{ callbacks: 'x' }, 'embed.callbacks'],
    [{ errbacks: [{ ...sig, args: 'x' }] }, 'embed.errbacks[0].args'],
    [{ chord: {} }, 'embed.chord.task'],
    [{ chord: 'x' }, 'embed.chord'],
    [{ chord: { ...sig, kwargs: [] } }, 'embed.chord.kwargs'],
    [{ callbacks: [{ ...sig, options: { link: [{ task: 7 }] } }] }, 'embed.callbacks[0].options.link[0].task'],
  ])('M7: refuses the embed %j naming %s', (embed, field) => {
    expect(fieldOf([[], {}, embed])).toBe(field);
  });

  it.each([null, {}, { chain: null }, { callbacks: [], chain: [], unknown: 1 }])('takes the embed %j', (embed) => {
    expect(fieldOf([[], {}, embed])).toBe('accepted');
  });

  it('gives null-prototype kwargs and a complete embed', () => {
    const body = decodeTaskBody([[1], JSON.parse('{"__proto__":1,"a":2}'), { chain: [sig] }]);
    expect(Object.getPrototypeOf(body.kwargs)).toBeNull();
    expect(Object.keys(body.kwargs)).toEqual(['__proto__', 'a']);
    expect(body.embed).toEqual({ callbacks: null, errbacks: null, chain: [sig], chord: null });
  });
});

describe('decoding the body of a message', () => {
  it('takes content types in any case and with parameters', () => {
    for (const contentType of ['application/json', 'Application/JSON', 'application/json; charset=utf-8']) {
      expect(decodeWhole({ contentType })).toMatchObject({ args: [1] });
    }
  });

  it.each(['application/x-python-serialize', 'application/x-yaml', 'application/x-unknown', '', '__proto__'])(
    'M8, M9: refuses content of type "%s" before it touches the body',
    (contentType) => {
      const body = new Proxy(good.body, {
        get: () => {
          throw new Error('the body was touched');
        },
      });
      expect(codeOf({ contentType, body, headers: { compression: 'application/x-gzip' } })).toBe(
        'CLR_CONTENT_DISALLOWED',
      );
    },
  );

  it.each<[string, Partial<RawMessage>, string]>([
    ['an unknown character encoding', { contentEncoding: 'bogus' }, 'CLR_DECODE'],
    ['an unknown compression', { headers: { compression: 'bogus' } }, 'CLR_UNKNOWN_COMPRESSION'],
    ['a compression that is no text', { headers: { compression: 7 } }, 'CLR_DECODE'],
    ['plain bytes under a compression', { headers: { compression: 'application/x-gzip' } }, 'CLR_DECODE'],
    ['text that is no JSON', { body: Buffer.from('{') }, 'CLR_DECODE'],
    ['a body of protocol 1 without the name', { body: Buffer.from('{}') }, 'CLR_INVALID_TASK'],
  ])('M10: refuses %s', (_, message, code) => {
    expect(codeOf(message)).toBe(code);
  });

  it('decompresses once only', () => {
    const headers = { compression: 'application/x-gzip' };
    const once = zlibCompression.compress(good.body);
    expect(decodeWhole({ body: once, headers })).toMatchObject({ args: [1], kwargs: { a: 2 } });
    expect(codeOf({ body: zlibCompression.compress(once), headers })).toBe('CLR_DECODE');
  });

  it('refuses a body beyond the limit', () => {
    const limits = { ...DEFAULT_LIMITS, maxMessageBytes: 10 };
    expect(() => decodeTaskBodyOf(good, { protocol: 2 }, serializers, accept, compressions, limits)).toThrow(
      /10 bytes/,
    );
  });

  it('reads the body of a hybrid and of protocol 1', () => {
    const body = Buffer.from(JSON.stringify({ task: 'add', id: 'x', args: [1], callbacks: [sig] }));
    for (const protocol of [1, 'hybrid'] as const) {
      const read = decodeTaskBodyOf({ ...good, body }, { protocol }, serializers, accept, compressions);
      expect(read).toMatchObject({ args: [1], embed: { callbacks: [sig], chain: null } });
    }
  });
});
