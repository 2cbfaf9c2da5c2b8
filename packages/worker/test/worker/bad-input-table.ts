import { brotliCompressSync, deflateSync } from 'node:zlib';
import type { RawMessage } from '@celeriac/protocol';
import { taskMessage } from './stage.ts';

/** A message that no worker can work on. */
export interface BadInput {
  readonly name: string;
  readonly message: () => RawMessage;
  readonly code: string;
  /** What the reason must name. */
  readonly names?: string;
}

const BOMB_BYTES = 80 * 1024 * 1024;

const valid = (headers: { readonly [name: string]: unknown }): RawMessage => taskMessage('bad.target', { headers });
const body = (value: unknown): RawMessage => taskMessage('bad.target', { body: value });
const bytes = (content: Uint8Array, more: object = {}): RawMessage =>
  taskMessage('bad.target', { bytes: content, ...more });
const embed = (value: unknown): RawMessage => body([[], {}, value]);
const invalid = (name: string, message: () => RawMessage, names: string): BadInput => ({
  name,
  message,
  code: 'CLR_INVALID_TASK',
  names,
});
const decode = (name: string, message: () => RawMessage, names: string): BadInput => ({
  name,
  message,
  code: 'CLR_DECODE',
  names,
});

function nested(depth: number): Uint8Array {
  return Buffer.from(`[[${'['.repeat(depth)}${']'.repeat(depth)}],{},null]`);
}

/** By the lines of the list of bad inputs; each is kept in quarantine and stops nothing. */
export const BAD_INPUTS: readonly BadInput[] = [
  decode('M4: body is not JSON', () => bytes(Buffer.from('{[')), 'json'),
  decode('M4: body is empty', () => bytes(new Uint8Array()), 'json'),
  decode('M4: body is invalid UTF-8', () => bytes(Buffer.from([0x5b, 0xff, 0xfe, 0x5d])), 'utf-8'),
  decode('M4: body is UTF-16', () => bytes(Buffer.from('[[],{},null]', 'utf16le')), 'json'),
  decode('M4: byte order mark', () => bytes(Buffer.from('\ufeff[[],{},null]')), 'byte order mark'),
  ...[null, 7, 'x', [], [[], {}], [[], {}, null, 1]].map((value) =>
    invalid(`M5: body ${JSON.stringify(value)}`, () => body(value), 'body'),
  ),
  invalid('M6: args text', () => body(['x', {}, null]), 'args'),
  invalid('M6: args null', () => body([null, {}, null]), 'args'),
  invalid('M6: args object', () => body([{}, {}, null]), 'args'),
  invalid('M6: kwargs list', () => body([[], [], null]), 'kwargs'),
  invalid('M6: kwargs null', () => body([[], null, null]), 'kwargs'),
  invalid('M6: kwargs number', () => body([[], 5, null]), 'kwargs'),
  invalid('M7: embed text', () => embed('x'), 'embed'),
  invalid('M7: chain no list', () => embed({ chain: 'x' }), 'embed.chain'),
  invalid('M7: chord without task', () => embed({ chord: {} }), 'embed.chord'),
  invalid('M7: callbacks text', () => embed({ callbacks: 'x' }), 'embed.callbacks'),
  invalid('M7: errback without task', () => embed({ errbacks: [{ task: 7 }] }), 'embed.errbacks'),
  ...['application/x-python-serialize', 'application/x-yaml', 'application/nonsense', ''].map((contentType) => ({
    name: `M8 M9: content type ${JSON.stringify(contentType)}`,
    message: () => taskMessage('bad.target', { contentType }),
    code: 'CLR_CONTENT_DISALLOWED',
    names: contentType,
  })),
  decode('M10: unknown character encoding', () => taskMessage('bad.target', { contentEncoding: 'rot13' }), 'encoding'),
  {
    name: 'M10: unknown compression',
    message: () => valid({ compression: 'application/x-nonsense' }),
    code: 'CLR_UNKNOWN_COMPRESSION',
    names: 'application/x-nonsense',
  },
  decode('M10: compression no text', () => valid({ compression: { a: 1 } }), 'compression'),
  decode('M10: plain bytes under gzip', () => valid({ compression: 'application/x-gzip' }), ''),
  decode(
    'M10: truncated gzip',
    () =>
      bytes(deflateSync(Buffer.from(JSON.stringify([['x'.repeat(5000)], {}, null]))).subarray(0, 20), {
        headers: { compression: 'application/x-gzip' },
      }),
    '',
  ),
  {
    name: 'M11: gzip bomb',
    message: () => bytes(deflateSync(Buffer.alloc(BOMB_BYTES)), { headers: { compression: 'application/x-gzip' } }),
    code: 'CLR_MESSAGE_TOO_LARGE',
  },
  {
    name: 'M11: brotli bomb',
    message: () =>
      bytes(brotliCompressSync(Buffer.alloc(BOMB_BYTES)), { headers: { compression: 'application/x-brotli' } }),
    code: 'CLR_MESSAGE_TOO_LARGE',
  },
  invalid('M12: no headers at all', () => ({ ...body([[], {}, null]), headers: {} }), 'task'),
  ...[undefined, null, 7, {}, '', 'x'.repeat(256)].map((id) =>
    invalid(`M13: id ${String(JSON.stringify(id)).slice(0, 20)}`, () => valid({ id }), 'id'),
  ),
  ...[[], {}, '', 7].map((task) => invalid(`M14: task ${JSON.stringify(task)}`, () => valid({ task }), 'task')),
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'no.such.task'].map((task) => ({
    name: `M14: unregistered task ${task}`,
    message: () => valid({ task }),
    code: 'CLR_NOT_REGISTERED',
    names: task,
  })),
  ...['x', -1, 1e9, 1.5].map((retries) => invalid(`M15: retries ${retries}`, () => valid({ retries }), 'retries')),
  ...['not-a-date', 12, {}, '2024-13-45', '2024-01-01T00:00:00+99:99'].map((eta) =>
    invalid(`M16: eta ${JSON.stringify(eta)}`, () => valid({ eta }), 'eta'),
  ),
  ...[{}, 'xx', -5, 30].map((expires) =>
    invalid(`M17: expires ${JSON.stringify(expires)}`, () => valid({ expires }), 'expires'),
  ),
  ...['abc', [1], [-1, -1], [5, 6], [{}, null]].map((timelimit) =>
    invalid(`M18: timelimit ${JSON.stringify(timelimit)}`, () => valid({ timelimit }), 'timelimit'),
  ),
  decode('M21: 10,000 levels', () => bytes(nested(10_000)), 'nested'),
  decode('M21: 1,000,000 levels', () => bytes(nested(1_000_000)), 'nested'),
  invalid('M29: protocol 1 without id', () => ({ ...body({ task: 'bad.target', args: [] }), headers: {} }), 'id'),
  invalid(
    'M29: protocol 1 with args that are none',
    () => ({ ...body({ task: 'bad.target', id: 'v1-args', args: 'x', kwargs: {} }), headers: {} }),
    'args',
  ),
  invalid(
    'M29: protocol 1, taskset object',
    () => ({ ...body({ task: 'bad.target', id: 'v1-set', taskset: {} }), headers: {} }),
    'group',
  ),
  invalid(
    'M33: a task name that tries to forge log lines',
    () => valid({ task: 'a\r\nERROR fake \u001b[2J\u202e', eta: 5 }),
    'eta',
  ),
];
