import { readFileSync } from 'node:fs';
import { jsonSerializer, type RawMessage, type ResultMeta, silentLogger } from '@celeriac/protocol';
import { describe, expect, it } from 'vitest';
import { ReplyCodec } from './reply-codec.ts';

interface SampleFrame {
  readonly method?: string;
  readonly args?: { readonly routing_key?: string };
  readonly properties?: { readonly correlation_id: string };
  readonly body_raw?: { readonly utf8: string };
}

/** The replies that Python sent in a sample. */
function pythonReplies(sample: string): readonly RawMessage[] {
  const { frames } = JSON.parse(readFileSync(new URL(`../test/samples/${sample}.json`, import.meta.url), 'utf8')) as {
    frames: readonly SampleFrame[];
  };
  const replies = frames.filter(({ method, args }) => method === 'basic.publish' && args?.routing_key !== 'celery');
  return replies.map(({ properties, body_raw: raw }) => ({
    body: Buffer.from(raw!.utf8),
    contentType: 'application/json',
    contentEncoding: 'utf-8',
    headers: {},
    properties: { correlationId: properties!.correlation_id, deliveryMode: 1, priority: 0 },
  }));
}

const FIVE = ['task_id', 'status', 'result', 'traceback', 'children'];
const codec = new ReplyCodec(jsonSerializer, silentLogger, false);
const META: ResultMeta = {
  status: 'SUCCESS',
  result: { total: [1, 2] },
  traceback: null,
  children: [[['child', null], null]],
  date_done: '2026-01-01T00:00:00',
  group_id: 'g',
  task_id: 'task-1',
};

describe('ReplyCodec', () => {
  it.each(['rpc-result', 'rpc-failure', 'rpc-started'])("writes Python's body and properties: %s", (sample) => {
    for (const reply of pythonReplies(sample)) {
      const meta = codec.decode(reply)!;
      expect(meta.task_id).toBe(reply.properties.correlationId);
      const ours = codec.encode({ meta });
      expect(JSON.parse(Buffer.from(ours.body).toString())).toEqual(JSON.parse(Buffer.from(reply.body).toString()));
      expect(Object.keys(JSON.parse(Buffer.from(ours.body).toString()))).toEqual(FIVE);
      expect(ours.properties).toEqual({ correlationId: meta.task_id, deliveryMode: 1 });
    }
  });

  it('carries the other fields beside the body', () => {
    expect(codec.decode(codec.encode({ meta: META }))).toEqual(META);
  });

  it('takes a result that is text already', () => {
    const message = codec.encode({ meta: META, resultText: '{"total":[1,2]}' });
    expect(codec.decode(message)).toEqual(META);
    expect(Object.keys(JSON.parse(Buffer.from(message.body).toString()))).toEqual(FIVE);
  });

  it.each<[string, Partial<RawMessage>]>([
    ['no JSON', { body: Buffer.from('{') }],
    ['no object', { body: Buffer.from('5') }],
    ['no status', { body: Buffer.from('{}') }],
  ])('makes a failure of a reply that is %s, so that nobody waits for ever', (_what, broken) => {
    const reply = { ...codec.encode({ meta: META }), ...broken };
    expect(codec.decode(reply)).toMatchObject({ status: 'FAILURE', task_id: 'task-1' });
    expect(codec.decode({ ...reply, properties: {} })).toBeUndefined();
  });

  it('ignores a header that makes no sense', () => {
    const { date_done: _done, group_id: _group, ...five } = META;
    for (const header of ['{', '5', 7]) {
      const reply = { ...codec.encode({ meta: META }), headers: { 'x-celeriac-result': header } };
      expect(codec.decode(reply)).toEqual({ ...five, date_done: null });
    }
  });
});
