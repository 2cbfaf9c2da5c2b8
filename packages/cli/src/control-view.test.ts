import { commandTable } from '@celeriac/core/internal';
import { describe, expect, it } from 'vitest';
import { broadcastOptions } from './broadcast-options.ts';
import { commandArguments } from './command-words.ts';
import { commandLine, replyText } from './control-view.ts';

const spec = (name: string) => commandTable.find((one) => one.name === name)!;

const REQUEST = {
  id: 'a',
  name: 'proj.add',
  args: [1, 'é'],
  kwargs: {},
  type: 'proj.add',
  hostname: 'w1@host1',
  time_start: 1_795_240_226.5,
  acknowledged: true,
  delivery_info: {},
  worker_pid: 12,
};

describe('words of the command line', () => {
  it.each([
    ['ping', [], {}],
    ['conf', ['true'], { with_defaults: true }],
    ['conf', ['with_defaults=no'], { with_defaults: false }],
    ['revoke', ['a', 'b'], { task_id: ['a', 'b'] }],
    ['terminate', ['SIGKILL', 'a'], { signal: 'SIGKILL', task_id: ['a'] }],
    ['time_limit', ['proj.add', '1.5', '3'], { task_name: 'proj.add', soft: 1.5, hard: 3 }],
    ['time_limit', ['proj.add', 'hard=3'], { task_name: 'proj.add', hard: 3 }],
    ['rate_limit', ['proj.add', '10/m'], { task_name: 'proj.add', rate_limit: '10/m' }],
    ['revoke_by_stamped_headers', ['k=v', 'k=w'], { headers: ['k=v', 'k=w'] }],
    ['registered', [], { taskinfoitems: [] }],
    [
      'add_consumer',
      ['q', 'x', 'topic', 'k.#'],
      { queue: 'q', exchange: 'x', exchange_type: 'topic', routing_key: 'k.#' },
    ],
    ['autoscale', ['10', '2'], { max: 10, min: 2 }],
  ])('%s %j', (name, words, args) => {
    expect(commandArguments(spec(name), words)).toEqual(args);
  });

  it.each([
    ['ping', ['extra'], /ping takes no argument "extra"/],
    ['rate_limit', ['proj.add'], /rate_limit needs rate_limit/],
    ['revoke', [], /revoke needs task_id/],
    ['pool_grow', ['many'], /n must be a whole number, got "many"/],
    ['time_limit', ['proj.add', 'long'], /soft must be a number/],
    ['conf', ['perhaps'], /with_defaults must be true or false/],
  ])('%s %j is refused', (name, words, message) => {
    expect(() => commandArguments(spec(name), words)).toThrow(message);
  });

  it('whom to ask', () => {
    expect(broadcastOptions({})).toEqual({ timeoutMs: 1000 });
    expect(broadcastOptions({}, 60_000)).toEqual({ timeoutMs: 60_000 });
    expect(broadcastOptions({ timeout: '0.5', destination: 'a@x, b@x', pattern: 'w*' }, 60_000)).toEqual({
      timeoutMs: 500,
      destination: ['a@x', 'b@x'],
      pattern: 'w*',
    });
    expect(() => broadcastOptions({ timeout: 'soon' })).toThrow(/--timeout must be a number/);
  });

  it('every command of Celery’s has its line', () => {
    expect(commandTable.map((one) => `${one.name} ${commandLine(one)}`.trim())).toContain('pool_grow [N=1]');
    expect(
      commandLine({
        name: 'x',
        kind: 'inspect',
        arguments: [{ name: 'a', type: 'text', required: true }],
        variadic: 'b',
      }),
    ).toBe('<a> [b...]');
  });
});

describe('answers', () => {
  it.each([
    ['ping', { ok: 'pong' }, 'pong'],
    ['ping', { error: 'KeyError(1)' }, 'KeyError(1)'],
    ['heartbeat', null, ''],
    ['active', [], '- empty -'],
    ['conf', {}, '- empty -'],
    ['memsample', '48.3MB', '48.3MB'],
    ['revoked', ['a', 'b\u001b[31m'], '* a\n* b\\x1b[31m'],
    ['clock', { clock: 7 }, 'clock: 7'],
    [
      'stats',
      { pool: { processes: [1, 2], writes: { total: 3 } }, pid: 9 },
      'pool:\n  processes: [1,2]\n  writes:\n    total: 3\npid: 9',
    ],
    ['mixed', [REQUEST, 1], expect.stringMatching(/^\* \{"id":"a"/)],
  ])('%s %j', (name, value, text) => {
    expect(replyText(name, value)).toEqual(text);
  });

  it('tasks are tables', () => {
    expect(replyText('active', [REQUEST])).toBe(
      [
        'ID  TASK      ARGS     KWARGS  STARTED              PID',
        'a   proj.add  [1,"é"]  {}      2026-11-21 05:50:26  12',
      ].join('\n'),
    );
    expect(
      replyText('scheduled', [
        { eta: '2026-11-21T05:51:06+00:00', priority: 6, request: { ...REQUEST, time_start: null } },
      ]),
    ).toBe(
      [
        'ETA                        ID  TASK      ARGS     KWARGS',
        '2026-11-21T05:51:06+00:00  a   proj.add  [1,"é"]  {}',
      ].join('\n'),
    );
    expect(replyText('query_task', { a: ['active', REQUEST] })).toMatch(/^STATE +ID[\s\S]*\nactive +a /);
    const queue = { name: 'q', exchange: { name: 'x', type: 'direct' }, routing_key: 'k' };
    expect(replyText('active_queues', [queue])).toBe(
      'QUEUE  EXCHANGE  TYPE    ROUTING KEY\nq      x         direct  k',
    );
  });
});
