import { describe, expect, it } from 'vitest';
import type { StoreRequest } from './backend.ts';
import { decideStores } from './store-rules.ts';

const request = (taskId: string, status: string, guard?: string): StoreRequest => ({
  meta: { status, result: null, traceback: null, children: [], date_done: null, task_id: taskId },
  ...(guard === undefined ? undefined : { guard }),
});
const nothing = (): undefined => undefined;

describe('decideStores', () => {
  it('keeps what nobody stored before', () => {
    const batch = [request('a', 'SUCCESS'), request('b', 'FAILURE')];
    expect(decideStores(batch, nothing)).toEqual({ outcomes: ['stored', 'stored'], winners: batch });
  });

  it.each(['SUCCESS', 'FAILURE', 'RETRY', 'STARTED', 'PROGRESS'])('never lets %s overwrite a SUCCESS', (status) => {
    expect(decideStores([request('a', status)], () => 'SUCCESS')).toEqual({ outcomes: ['final'], winners: [] });
  });

  it.each(['FAILURE', 'REVOKED', 'RETRY', 'STARTED', 'PROGRESS'])('lets anything overwrite %s', (status) => {
    expect(decideStores([request('a', 'STARTED')], () => status).outcomes).toEqual(['stored']);
  });

  it.each(['FAILURE', 'REVOKED'])('does not let a RETRY overwrite %s, stored before or in the same batch', (status) => {
    expect(decideStores([request('a', 'RETRY')], () => status)).toEqual({ outcomes: ['final'], winners: [] });
    const batch = [request('a', status), request('a', 'RETRY')];
    expect(decideStores(batch, nothing)).toEqual({ outcomes: ['stored', 'final'], winners: [batch[0]] });
    expect(decideStores([request('a', 'RETRY')], () => 'RETRY').outcomes).toEqual(['stored']);
  });

  it('writes the last state of an id only', () => {
    const batch = [request('a', 'STARTED'), request('b', 'STARTED'), request('a', 'FAILURE')];
    const { outcomes, winners } = decideStores(batch, nothing);
    expect(outcomes).toEqual(['stored', 'stored', 'stored']);
    expect(winners).toEqual([batch[2], batch[1]]);
  });

  it('treats a SUCCESS of the same batch as final', () => {
    const batch = [request('a', 'STARTED'), request('a', 'SUCCESS'), request('a', 'FAILURE')];
    expect(decideStores(batch, nothing)).toEqual({ outcomes: ['stored', 'stored', 'final'], winners: [batch[1]] });
  });

  it('drops what is no longer held, and lets an earlier one of the same id stand', () => {
    const batch = [request('a', 'FAILURE', 'r1'), request('a', 'SUCCESS', 'r2'), request('b', 'SUCCESS')];
    const { outcomes, winners } = decideStores(batch, nothing, new Set(['r1']));
    expect(outcomes).toEqual(['stored', 'not-held', 'stored']);
    expect(winners).toEqual([batch[0], batch[2]]);
  });

  it('says not-held rather than final, since the lease is lost either way', () => {
    expect(decideStores([request('a', 'SUCCESS', 'r1')], () => 'SUCCESS', new Set()).outcomes).toEqual(['not-held']);
  });

  it('ignores guards without joint work', () => {
    expect(decideStores([request('a', 'SUCCESS', 'r1')], nothing).outcomes).toEqual(['stored']);
  });

  it('takes ids as data', () => {
    const batch = [request('__proto__', 'SUCCESS'), request('constructor', 'SUCCESS')];
    expect(decideStores(batch, nothing).winners).toEqual(batch);
  });
});
