import { decodeEnvelope, encodeTaskMessage, jsonSerializer, parseResultMeta } from '@celeriac/protocol';
import { expect, test } from 'vitest';
import { bareRows } from './bare-rows.ts';
import { celeryEnvelopes } from './celery-envelopes.ts';
import { bodyOf, headersOf, propertiesOf } from './celery-message.ts';
import { celeryRows } from './celery-rows.ts';
import type { FloorRow, FloorValue, SqlWire } from './sql-wire.ts';

const task = { id: 'b4e1', value: 7, payload: '', isStamp: false };
const stamp = { id: 'b4e2', value: 8, payload: '', isStamp: true };
const heavy = { id: 'b4e3', value: 9, payload: 'x'.repeat(2000), isStamp: false };

test('the raw client sends what Celeriac sends', () => {
  const own = encodeTaskMessage(
    { task: 'bench.noop', id: task.id, args: [7], kwargs: {}, origin: 'gen1@host', replyTo: 'reply' },
    { serializer: jsonSerializer },
    0,
  );
  const { message, routingKey } = decodeEnvelope(celeryEnvelopes.encode(task));
  expect({ ...message.headers, origin: 'gen1@host' }).toEqual(own.headers);
  expect({ ...message.properties, replyTo: 'reply' }).toEqual(own.properties);
  expect(Buffer.from(message.body).toString()).toBe(Buffer.from(own.body).toString());
  expect([message.contentType, message.contentEncoding]).toEqual([own.contentType, own.contentEncoding]);
  expect(routingKey).toBe('bench');
});

test('its results are those that Celery reads', () => {
  const text = celeryEnvelopes.encodeResult(task.id, 7);
  expect(parseResultMeta(JSON.parse(text))).toMatchObject({ status: 'SUCCESS', result: 7, task_id: task.id });
  expect(text).toMatch(/"date_done":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00"/);
});

test.each([task, stamp, heavy])('an envelope gives back its task', (one) => {
  const { receipt, ...back } = celeryEnvelopes.decode(celeryEnvelopes.encode(one));
  expect(back).toEqual({ ...one, value: one.isStamp ? -1 : one.value });
  expect(receipt).toMatch(/^[\da-f-]{36}$/);
});

test.each<[string, SqlWire]>([
  ['Celery', celeryRows],
  ['bare', bareRows],
])('rows give back their tasks and values: %s', (_name, wire) => {
  const read = ({ name }: { name: string }, value: FloorValue): [string, FloorValue] => [name, value];
  const message: FloorRow = Object.fromEntries(
    wire.messages.map((column, at) => read(column, wire.message(heavy)[at]!)),
  );
  expect(wire.decode(message)).toEqual(heavy);
  const result: FloorRow = Object.fromEntries(wire.results.map((column, at) => read(column, wire.result('a', 7)[at]!)));
  expect(wire.valueOf(result)).toBe(7);
});

test('headers, properties and body have Celery’s names, in its order', () => {
  expect(Object.keys(headersOf(task))).toHaveLength(16);
  expect(Object.keys(propertiesOf(task))).toEqual(['correlation_id', 'reply_to', 'delivery_mode', 'priority']);
  expect(bodyOf(task)).toBe('[[7],{},{"callbacks":null,"errbacks":null,"chain":null,"chord":null}]');
});
