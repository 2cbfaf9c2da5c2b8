import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exactIntegers } from '../test/exact-integers.ts';
import { decodeEnvelope, encodeEnvelope } from './envelope.ts';
import { InvalidMessageError } from './protocol-errors.ts';
import type { RawMessage } from './raw-message.ts';

const message: RawMessage = {
  body: Buffer.from('[[1],{},{}]'),
  contentType: 'application/json',
  contentEncoding: 'utf-8',
  headers: { task: 'add', id: 'x' },
  properties: { correlationId: 'x', replyTo: 'q', deliveryMode: 2, priority: 3 },
};
const route = { deliveryTag: 'tag', exchange: '', routingKey: 'celery' };

function fieldOf(text: string): string {
  try {
    decodeEnvelope(text);
  } catch (error) {
    if (error instanceof InvalidMessageError) return error.field;
    throw error;
  }
  return 'accepted';
}

describe('envelope', () => {
  it('round-trips any bytes, headers and properties', () => {
    fc.assert(
      fc.property(
        fc.uint8Array(),
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.dictionary(
          fc.string().map((name) => `x-${name}`),
          fc.string(),
          { minKeys: 1 },
        ),
        fc.integer({ min: -5, max: 300 }),
        (body, headers, extra, priority) => {
          const sent = { ...message, body, headers, properties: { ...message.properties, extra, priority } };
          const opened = decodeEnvelope(encodeEnvelope(sent, route));
          expect(Buffer.from(opened.message.body).equals(body)).toBe(true);
          expect({ ...opened.message.headers }).toEqual({ ...(exactIntegers(headers) as object) });
          expect({ ...opened.message.properties.extra }).toEqual({ ...extra });
          expect(opened).toMatchObject({ ...route, priority, redelivered: headers['redelivered'] === true });
        },
      ),
    );
  });

  it("writes Celery's keys in Celery's order", () => {
    const envelope = JSON.parse(encodeEnvelope(message, { ...route, redelivered: true }));
    expect(Object.keys(envelope)).toEqual(['body', 'content-encoding', 'content-type', 'headers', 'properties']);
    expect(JSON.stringify(envelope.properties)).toBe(
      '{"correlation_id":"x","reply_to":"q","delivery_mode":2,"delivery_info":{"exchange":"","routing_key":"celery","redelivered":true},"priority":3,"body_encoding":"base64","delivery_tag":"tag"}',
    );
    expect(envelope.headers.redelivered).toBe(true);
  });

  it('sends text bodies as they are where asked', () => {
    const text = encodeEnvelope(message, { ...route, bodyEncoding: null });
    expect(JSON.parse(text).body).toBe('[[1],{},{}]');
    expect(Buffer.from(decodeEnvelope(text).message.body).toString()).toBe('[[1],{},{}]');
    expect(() => encodeEnvelope({ ...message, body: Buffer.from([0xff]) }, { ...route, bodyEncoding: null })).toThrow(
      InvalidMessageError,
    );
  });

  it.each(['', 'garbage', '7', 'null', '[]', '"x"', '{'])('M1: refuses %s', (text) => {
    expect(fieldOf(text)).toBe('envelope');
  });

  it.each<[string, string]>([
    ['{}', 'body'],
    ['{"body":null}', 'body'],
    ['{"body":{}}', 'body'],
    ['{"body":"","headers":[]}', 'headers'],
    ['{"body":"","headers":7}', 'headers'],
    ['{"body":"","properties":"x"}', 'properties'],
    ['{"body":"","properties":{"body_encoding":"rot13"}}', 'properties.body_encoding'],
    ['{"body":"","properties":{"body_encoding":7}}', 'properties.body_encoding'],
  ])('M3, M12: refuses %s naming %s', (text, field) => {
    expect(fieldOf(text)).toBe(field);
  });

  it.each(['QUJ', 'QU=D', '====', 'Q===', 'QUJD\\n', 'Q-_D', '*', 'ŁŁŁŁ', 'QUJDŁŁŁŁ', 'QQ==QQ=='])(
    'M3: refuses the base64 %s',
    (body) => {
      expect(fieldOf(`{"body":"${body}","properties":{"body_encoding":"base64"}}`)).toBe('body');
    },
  );

  it.each([
    '{"body":""}',
    '{"body":"","headers":null,"properties":null}',
    '{"body":"x","properties":{"delivery_info":7,"priority":null}}',
  ])('M2: takes %s with empty defaults', (text) => {
    expect(decodeEnvelope(text)).toMatchObject({
      deliveryTag: '',
      exchange: '',
      routingKey: '',
      redelivered: false,
      priority: 0,
    });
    expect(decodeEnvelope(text).message).toMatchObject({ contentType: '', contentEncoding: '', headers: {} });
  });

  it('M22: keeps hostile header names as data', () => {
    const { message: opened } = decodeEnvelope(
      '{"body":"","headers":{"__proto__":{"x":1},"constructor":2},"properties":{"__proto__":{"replyTo":"evil"}}}',
    );
    expect(Object.getPrototypeOf(opened.headers)).toBe(Object.prototype);
    expect(Object.keys(opened.headers)).toEqual(['__proto__', 'constructor']);
    expect(opened.headers['x']).toBeUndefined();
    expect(opened.properties.replyTo).toBeUndefined();
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });
});
