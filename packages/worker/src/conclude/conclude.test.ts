import type { FailureOutcome, RegisteredTask, SuccessOutcome } from '@celeriac/core/internal';
import { type Embed, isoNaive, readTaskRequest, type SignatureJson } from '@celeriac/protocol';
import type { Delivery } from '@celeriac/transport';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Ending } from '../request/ending.ts';
import { notRegistered } from '../request/ending.ts';
import { ReceivedTask } from '../request/received-task.ts';
import { type ConcludeContext, conclude, concludeUndecodable } from './conclude.ts';

const NOW_MS = Date.UTC(2026, 0, 1, 12);
const context: ConcludeContext = {
  hostname: 'w@h',
  resultExtended: false,
  inheritPriority: false,
  sendsEvents: false,
  nowMs: NOW_MS,
  nowText: isoNaive(NOW_MS),
};

function signature(task: string, more: Partial<SignatureJson> = {}): SignatureJson {
  return { task, args: [], kwargs: {}, options: { task_id: task }, subtask_type: null, immutable: false, ...more };
}

const flow: Embed = {
  callbacks: [signature('cb')],
  errbacks: [signature('eb')],
  chain: [signature('third'), signature('second')],
  chord: signature('body'),
};

interface Given {
  readonly options?: Partial<RegisteredTask['options']>;
  readonly headers?: { readonly [name: string]: unknown };
  readonly embed?: Embed;
}

function received({ options = {}, headers = {}, embed }: Given = {}): ReceivedTask {
  const message = {
    body: new Uint8Array(),
    contentType: 'application/json',
    contentEncoding: 'utf-8',
    headers: { task: 'tasks.one', id: 'id-1', root_id: 'root', group: 'g', group_index: 2, ...headers },
    properties: { priority: 5 },
  };
  const delivery = { message, queue: 'q', exchange: 'ex', routingKey: 'rk', held: true } as unknown as Delivery;
  const defaults = { acksLate: true, acksOnFailureOrTimeout: true, rejectOnWorkerLost: false, ignoreResult: false };
  const task = { name: 'tasks.one', options: { ...defaults, ...options } } as unknown as RegisteredTask;
  const one = new ReceivedTask(
    delivery,
    message,
    readTaskRequest(message, () => undefined),
    task,
  );
  one.body = embed && { args: [], kwargs: {}, embed };
  return one;
}

const run = { children: [], runtimeMs: 1 };
const success = (more: Partial<SuccessOutcome> = {}): SuccessOutcome => ({
  kind: 'success',
  resultText: '7',
  embed: undefined,
  ...run,
  ...more,
});
const failure = (more: Partial<FailureOutcome> = {}): FailureOutcome => ({
  kind: 'failure',
  exception: { exc_type: 'ValueError', exc_message: ['boom'], exc_module: 'builtins' },
  traceback: 'trace',
  expected: false,
  cause: 'error',
  embed: undefined,
  ...run,
  ...more,
});

describe('conclude', () => {
  it('success: the value as text from a child process, callbacks, next step, chord', () => {
    const conclusion = conclude(received(), success({ embed: flow }), context);
    expect(conclusion).toMatchObject({
      kind: 'success',
      settle: 'ack',
      store: {
        meta: {
          status: 'SUCCESS',
          result: 7,
          traceback: null,
          date_done: '2026-01-01T12:00:00',
          group_id: 'g',
          task_id: 'id-1',
        },
        resultText: '7',
      },
      publish: [
        { signature: { task: 'cb' }, args: [7], options: { parent_id: 'id-1', root_id: 'root' } },
        { signature: { task: 'second' }, args: [7], options: { chain: [{ task: 'third' }] } },
      ],
      member: {
        part: { groupId: 'g', taskId: 'id-1', index: 2, status: 'SUCCESS', result: 7 },
        body: { task: 'body' },
      },
    });
  });

  it('several callbacks: groups one by one, all others as one group; priority only where it is inherited', () => {
    const callbacks = [signature('a'), signature('g1', { subtask_type: 'group' }), signature('b')];
    const outcome = success({ embed: { ...flow, callbacks, chain: [] } });
    const conclusion = conclude(received(), outcome, { ...context, inheritPriority: true });
    if (conclusion.kind !== 'success') throw new Error(conclusion.kind);
    expect(conclusion.publish.map(({ signature: { task, kwargs } }) => [task, kwargs['tasks']])).toEqual([
      ['g1', undefined],
      ['celery.group', [callbacks[0], callbacks[2]]],
    ]);
    expect(conclusion.publish.map(({ options }) => options?.['priority'])).toEqual([5, 5]);
  });

  it('failure: stored, reported to the chord, the chain fails, errbacks are called', () => {
    expect(conclude(received(), failure({ embed: flow }), context)).toMatchObject({
      kind: 'failure',
      settle: 'ack',
      store: { meta: { status: 'FAILURE', result: { exc_type: 'ValueError' }, traceback: 'trace' } },
      member: { part: { status: 'FAILURE' } },
      chain: flow.chain,
      errbacks: flow.errbacks,
      quarantine: undefined,
    });
  });

  it('a lost process: given back if asked for, else a failure with the links of its message', () => {
    const lost = failure({ cause: 'worker-lost' });
    const options = { rejectOnWorkerLost: true };
    expect(conclude(received({ options }), lost, context)).toEqual({
      kind: 'plain',
      settle: 'requeue',
      store: undefined,
      events: [],
    });
    const acknowledged = received({ options: { acksLate: false, ...options }, embed: flow });
    acknowledged.acknowledged = true;
    expect(conclude(acknowledged, lost, context)).toMatchObject({ kind: 'failure', errbacks: flow.errbacks });
  });

  it('retry: to where it came from, or where the task wants', () => {
    const call = { task: 't', id: 'id-1', args: [], kwargs: {}, origin: 'o' };
    const retry = {
      kind: 'retry',
      call,
      destination: undefined,
      exception: null,
      traceback: null,
      reason: 'r',
      embed: flow,
      ...run,
    } as const;
    expect(conclude(received(), retry, context)).toMatchObject({
      kind: 'retry',
      settle: 'ack',
      destination: { exchange: 'ex', routingKey: 'rk' },
      store: { meta: { status: 'RETRY', result: null, date_done: null } },
    });
    const elsewhere = { queue: 'other' };
    expect(conclude(received(), { ...retry, destination: elsewhere }, context)).toMatchObject({
      destination: elsewhere,
    });
  });

  it('reject: only a chord is told, and only of a message that does not come again', () => {
    const reject = { kind: 'reject', requeue: false, reason: 'no', embed: flow, ...run } as const;
    expect(conclude(received(), reject, context)).toMatchObject({
      kind: 'failure',
      settle: 'discard',
      store: undefined,
      errbacks: [],
    });
    expect(conclude(received(), { ...reject, requeue: true }, context)).toMatchObject({
      kind: 'plain',
      settle: 'requeue',
    });
  });

  it('revoked: stored, a chord is told, the rest of the chain fails, no errback is called', () => {
    const revoked = { kind: 'revoked', reason: 'expired', signal: null } as const;
    expect(conclude(received({ embed: flow }), revoked, context)).toMatchObject({
      settle: 'ack',
      store: { meta: { status: 'REVOKED', result: { exc_type: 'TaskRevokedError', exc_message: ['expired'] } } },
      member: { part: { status: 'REVOKED' } },
      chain: flow.chain,
      errbacks: [],
    });
  });

  it('unknown, unreadable and poison go to quarantine', () => {
    const codes = (
      [
        notRegistered('x'),
        { kind: 'unreadable', code: 'CLR_DECODE', reason: 'r' },
        { kind: 'poison', runs: 4 },
      ] as Ending[]
    ).map((ending) => {
      const conclusion = conclude(received(), ending, context);
      return conclusion.kind === 'failure' ? [conclusion.quarantine?.code, conclusion.settle] : conclusion.kind;
    });
    expect(codes).toEqual([
      ['CLR_NOT_REGISTERED', 'discard'],
      ['CLR_DECODE', 'ack'],
      ['CLR_POISON', 'ack'],
    ]);
  });

  it('an undecodable message without an id stores nothing', () => {
    const { delivery, message: raw } = received();
    const message = {
      delivery,
      message: raw,
      id: undefined,
      acknowledged: false,
      startedStored: undefined,
      code: 'CLR_X',
      reason: 'r',
      settle: 'discard',
    } as const;
    expect(concludeUndecodable(message, NOW_MS)).toMatchObject({
      store: undefined,
      settle: 'discard',
      quarantine: { code: 'CLR_X' },
    });
    expect(concludeUndecodable({ ...message, id: 'a' }, NOW_MS).store?.meta).toMatchObject({
      status: 'FAILURE',
      task_id: 'a',
    });
  });

  it('whatever the ending and the options: every message is settled, nothing is stored that is to be ignored', () => {
    const embed = fc.constantFrom(undefined, flow);
    const report = { children: fc.constant([]), runtimeMs: fc.constant(1), embed };
    const ending: fc.Arbitrary<Ending> = fc.oneof(
      fc.record({ kind: fc.constant('success' as const), resultText: fc.constantFrom('null', '[1]'), ...report }),
      fc.record({
        kind: fc.constant('failure' as const),
        exception: fc.constant(failure().exception),
        traceback: fc.constantFrom(null, 'trace'),
        expected: fc.boolean(),
        cause: fc.constantFrom('error' as const, 'timeout' as const, 'worker-lost' as const, 'not-registered' as const),
        ...report,
      }),
      fc.record({ kind: fc.constant('ignore' as const), ...report }),
      fc.record({ kind: fc.constant('reject' as const), requeue: fc.boolean(), reason: fc.string(), ...report }),
      fc.record({
        kind: fc.constant('unreadable' as const),
        code: fc.constantFrom('CLR_DECODE', 'CLR_X'),
        reason: fc.string(),
      }),
      fc.record({
        kind: fc.constant('revoked' as const),
        reason: fc.constantFrom('revoked' as const, 'expired' as const),
        signal: fc.constant(null),
      }),
      fc.record({ kind: fc.constant('poison' as const), runs: fc.nat() }),
    );
    const options = fc.record({
      acksLate: fc.boolean(),
      acksOnFailureOrTimeout: fc.boolean(),
      rejectOnWorkerLost: fc.boolean(),
      ignoreResult: fc.boolean(),
      storeErrorsEvenIfIgnored: fc.boolean(),
    });
    fc.assert(
      fc.property(ending, options, fc.option(fc.boolean()), (how, given, ofCall) => {
        const conclusion = conclude(received({ options: given, headers: { ignore_result: ofCall } }), how, context);
        expect(['ack', 'requeue', 'discard']).toContain(conclusion.settle);
        // A task beyond its limit is a failure, and may come again all the same, as in Celery.
        const isTimeout = how.kind === 'failure' && how.cause === 'timeout';
        if (conclusion.settle === 'requeue' && !isTimeout) expect(conclusion.store).toBeUndefined();
        const ignores = ofCall ?? given.ignoreResult;
        if (ignores && (how.kind === 'success' || !given.storeErrorsEvenIfIgnored))
          expect(conclusion.store).toBeUndefined();
      }),
    );
  });
});
