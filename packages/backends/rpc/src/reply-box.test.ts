import type { ResultMeta } from '@celeriac/protocol';
import { describe, expect, it } from 'vitest';
import { ReplyBox } from './reply-box.ts';

function meta(id: string, status = 'SUCCESS'): ResultMeta {
  return { status, result: id, traceback: null, children: [], date_done: null, task_id: id };
}

function boxOf(limit: number): { readonly box: ReplyBox; readonly dropped: string[] } {
  const dropped: string[] = [];
  const onDropped = (id: string): void => void dropped.push(id);
  return { box: new ReplyBox({ limit, resultExpiresMs: 100, onDropped }), dropped };
}

describe('ReplyBox', () => {
  it('drops the oldest that nobody waits for, and says so when nobody has seen it', () => {
    const { box, dropped } = boxOf(2);
    for (const id of ['a', 'b']) box.put(meta(id), 0);
    box.read('a', 0);
    box.put(meta('c'), 0);
    box.put(meta('d'), 0);
    expect(dropped).toEqual(['b']);
    expect(['a', 'b', 'c', 'd'].map((id) => box.has(id, 0))).toEqual([false, false, true, true]);
  });

  it('keeps every one that somebody waits for', () => {
    const { box, dropped } = boxOf(2);
    const ids = Array.from({ length: 50 }, (_, index) => `id-${index}`);
    box.await(ids);
    for (const id of ids) box.put(meta(id), 0);
    expect(ids.every((id) => box.has(id, 0))).toBe(true);
    for (const id of ids) box.read(id, 0);
    box.release(ids);
    expect(ids.filter((id) => box.has(id, 0))).toHaveLength(2);
    expect(dropped).toEqual([]);
  });

  it('lets a SUCCESS stand, and others give way', () => {
    const { box } = boxOf(5);
    for (const status of ['STARTED', 'FAILURE', 'SUCCESS', 'FAILURE']) box.put(meta('a', status), 0);
    expect(box.read('a', 0)?.status).toBe('SUCCESS');
  });

  it('lets results expire, also those that somebody waits for', () => {
    const { box } = boxOf(5);
    box.await(['b']);
    box.put(meta('a'), 0);
    box.put(meta('b'), 0);
    expect([box.has('a', 99), box.has('a', 100), box.has('b', 100)]).toEqual([true, false, false]);
  });
});
