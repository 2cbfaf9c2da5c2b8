import type { RawMessage } from '@celeriac/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type KeptMessage, MessageShelf, ShelvedMessage } from './message-shelf.ts';

/** What headers may hold, whoever wrote them. */
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.double(),
    fc.bigInt(),
    fc.string({ unit: 'binary' }),
    fc.date({ noInvalidDate: true }),
    fc.uint8Array({ maxLength: 20 }),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(fc.string(), tie('any'), { maxKeys: 3 }),
  ),
})).any;
const record = fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor')), value, { maxKeys: 5 });
const message: fc.Arbitrary<RawMessage> = fc.record({
  body: fc.uint8Array({ maxLength: 300 }),
  contentType: fc.string(),
  contentEncoding: fc.string(),
  headers: record,
  properties: fc.record(
    { correlationId: fc.string(), priority: fc.nat({ max: 9 }), extra: record },
    { requiredKeys: [] },
  ),
});
/** Messages with the same names, as one application sends them. */
const alike: fc.Arbitrary<RawMessage> = fc.record({
  body: fc.uint8Array({ maxLength: 300 }),
  contentType: fc.constantFrom('application/json', 'application/x-msgpack'),
  contentEncoding: fc.constantFrom('utf-8', 'binary'),
  headers: fc.record({
    id: fc.constantFrom('a', 'b'),
    root_id: fc.constantFrom('a', 'b'),
    any: value,
    line: fc.string(),
  }),
  properties: fc.record({ correlationId: fc.constantFrom('a', '\n', '=0', '') }),
});

function opened(kept: KeptMessage): RawMessage {
  return kept instanceof ShelvedMessage ? kept.read() : kept;
}

/** Prototypes aside: objects have none afterwards. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString('hex') };
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return new Map(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
}

function textOf(length: number): RawMessage {
  const body = Buffer.alloc(length, 'x');
  return { body, contentType: 'a', contentEncoding: 'b', headers: { id: 'i' }, properties: {} };
}

describe('MessageShelf', () => {
  it.each([
    ['of all kinds', message],
    ['of one kind', alike],
  ])('gives messages %s back as they were, as often as they are read', (_kind, one) => {
    fc.assert(
      fc.property(fc.array(one, { maxLength: 40 }), (messages) => {
        const shelf = new MessageShelf();
        const kept = messages.map((each) => shelf.put(each));
        for (let round = 0; round < 2; round++) {
          expect(kept.map((each) => plain(opened(each)))).toEqual(messages.map(plain));
        }
      }),
    );
  });

  it('gives headers of any name without a prototype, and objects that nobody else has', () => {
    const headers = JSON.parse('{"__proto__": {"isAdmin": true}, "list": [{"a": 1}]}') as RawMessage['headers'];
    const kept = new MessageShelf().put({ ...textOf(1), headers }) as ShelvedMessage;
    const read = kept.read();
    expect(Object.getPrototypeOf(read.headers)).toBeNull();
    expect(Object.keys(read.headers)).toEqual(['__proto__', 'list']);
    expect('isAdmin' in read.headers).toBe(false);
    expect(kept.read()).not.toBe(read);
    (read.headers['list'] as { a: number }[])[0]!.a = 2;
    expect(kept.read().headers['list']).toEqual([{ a: 1 }]);
  });

  it('keeps of a message that is like another only what is its own', () => {
    const shelf = new MessageShelf();
    const headers = (id: string) => ({ lang: 'js', task: 'tasks.add', id, root_id: id, timelimit: [null, null] });
    const one = (id: string): RawMessage => ({ ...textOf(0), headers: headers(id), properties: { correlationId: id } });
    shelf.put(one('first'));
    const second = shelf.put(one('second')) as ShelvedMessage;
    expect(second.size).toBe('4\n"second"\n5\n=0\n7\n=0\n\n'.length);
    expect(plain(second.read())).toEqual(plain(one('second')));
  });

  it('keeps a byte to a character, whatever there is in headers', () => {
    const shelf = new MessageShelf();
    shelf.put({ ...textOf(1), headers: { argsrepr: '' } });
    const wide = { ...textOf(100), headers: { argsrepr: '("тест 🌱",)' } };
    const kept = shelf.put(wide) as ShelvedMessage;
    expect(kept.size).toBeLessThan(200);
    expect(plain(kept.read())).toEqual(plain(wide));
  });

  it('leaves messages as they are that have large headers, or very many', () => {
    const shelf = new MessageShelf();
    const large = { ...textOf(1), headers: { kwargsrepr: 'x'.repeat(1_000_000) } };
    const many = { ...textOf(1), headers: Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`x-${at}`, at])) };
    expect(shelf.put(large)).toBe(large);
    expect(shelf.put(many)).toBe(many);
  });

  it('forgets the kind that came least recently', () => {
    const shelf = new MessageShelf();
    const kind = (name: string, value: string): RawMessage => ({ ...textOf(0), headers: { [name]: value } });
    const sizeOf = (one: RawMessage): number => (shelf.put(one) as ShelvedMessage).size;
    const often = sizeOf(kind('often', 'same'));
    const seldom = sizeOf(kind('seldom', 'same'));
    for (let at = 0; at < 40; at++) {
      shelf.put(kind(`other-${at}`, 'same'));
      shelf.put(kind('often', 'same'));
    }
    // What differs from its model takes more than what is the model itself.
    expect(sizeOf(kind('often', 'other'))).toBeGreaterThan(often);
    expect(sizeOf(kind('seldom', 'other'))).toBe(seldom);
  });

  it('leaves messages as they are whose body is large, or that JSON cannot hold', () => {
    const shelf = new MessageShelf();
    const large = textOf(10_000);
    const exact = { ...textOf(1), headers: { count: 2n ** 60n } };
    expect([shelf.put(large), shelf.put(exact)]).toEqual([large, exact]);
    expect(shelf.put(large)).toBe(large);
  });

  it('leaves what is packed already, and goes on when there are very many kinds', () => {
    const shelf = new MessageShelf();
    const kinds = Array.from({ length: 100 }, (_, at) => ({ ...textOf(at), headers: { [`x-${at % 50}`]: at } }));
    const packed = kinds.map((one) => shelf.put(one));
    expect(packed.every((one) => one instanceof ShelvedMessage)).toBe(true);
    expect(packed.map((one) => shelf.put(one))).toEqual(packed);
    expect(packed.map((one) => plain(opened(one)))).toEqual(kinds.map(plain));
  });
});
