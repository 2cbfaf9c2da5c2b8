import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { AnySignature } from '@celeriac/core';
import type { SignatureJson } from '@celeriac/protocol';
import { describe, expect, test } from 'vitest';
import { chain, chord, chunks, group, map, signature, starmap } from '../src/index.ts';
import { goldenApp, takeWaiting } from './memory-stage.fixture.ts';

const FIXTURES = fileURLToPath(new URL('../../protocol/test/golden/fixtures/', import.meta.url));

type Stage = ReturnType<typeof goldenApp>;

/** What Python wrote, by the name of its file. */
function sample(file: string): { readonly decoded: SignatureJson; readonly messages: readonly Message[] } {
  return JSON.parse(readFileSync(`${FIXTURES}${file}.json`, 'utf8'));
}

interface Message {
  readonly key: string;
  readonly envelope: { readonly headers: Record<string, unknown>; readonly properties: Record<string, unknown> };
  readonly body: unknown;
}

const plain = (json: unknown): unknown => JSON.parse(JSON.stringify(json));

/** The same workflows in TypeScript. */
const signatures: { readonly [file: string]: (stage: Stage) => AnySignature } = {
  task: ({ add }) => add.s(1, 2),
  'task-immutable': ({ add }) => add.si(1, 2),
  'task-kwargs': ({ app }) => app.signature('proj.add', { args: [1], kwargs: { y: 2 } }),
  'task-options': ({ app }) =>
    app.signature('proj.add', { args: [1], kwargs: { y: 2 }, options: { countdown: 10, queue: 'q', priority: 3 } }),
  chain: ({ add, mul }) => chain(add.s(1, 1), mul.s(2), mul.s(3)),
  'chain-empty': () => signature(sample('signatures/chain-empty').decoded),
  'chain-ored': ({ add, mul }) => add.s(1, 1).pipe(mul.s(2)),
  group: ({ add, mul }) => group(add.s(1, 1), mul.s(2, 2)),
  'group-empty': ({ app }) => group([], { app }),
  'group-options': ({ add, mul }) => group(add.s(1, 1), mul.s(2, 2)).set({ queue: 'q' }),
  chord: ({ add, tsum }) => chord([add.s(1, 1), add.s(2, 2)], tsum.s()),
  'chord-ored': ({ add, tsum }) => group(add.s(1, 1), add.s(2, 2)).pipe(tsum.s()),
  'chord-body-extended': ({ add, tsum, mul }) => chord([add.s(1, 1), add.s(2, 2)], tsum.s()).pipe(mul.s(2)),
  chunks: ({ add }) =>
    chunks(
      add,
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      2,
    ),
  xmap: ({ app }) => map(app.foreign<[number], number>('proj.add'), [1, 2]),
  xstarmap: ({ add }) =>
    starmap(add, [
      [1, 2],
      [3, 4],
    ]),
};

describe('signatures are written as Celery writes them', () => {
  test.each(Object.keys(signatures))('%s', (file) => {
    const { decoded } = sample(`signatures/${file}`);
    expect(plain(signatures[file]!(goldenApp()))).toEqual(decoded);
  });

  /** One link is a bare signature there, and always a list here: Celery reads both. */
  test('task-link', () => {
    const { add, mul, onErr } = goldenApp();
    const { decoded } = sample('signatures/task-link');
    const { link, link_error } = decoded.options;
    const written = plain(add.s(1, 2).link(mul.s(2)).linkError(onErr.s()));
    expect(written).toEqual({ ...decoded, options: { link: [link], link_error: [link_error] } });
  });

  test.each(['chain-frozen', 'group-frozen', 'chord-frozen', 'task-frozen'])('%s', async (file) => {
    const { add, mul, tsum } = goldenApp();
    const made = {
      'task-frozen': () => add.s(1, 2),
      'chain-frozen': () => chain(add.s(1, 1), mul.s(2)),
      'group-frozen': () => group(add.s(1, 1), mul.s(2, 2)),
      'chord-frozen': () => chord([add.s(1, 1), add.s(2, 2)], tsum.s()),
    }[file]!() as AnySignature;
    const golden = sample(`signatures/${file}`).decoded;
    const { signature: frozen } = await made.freeze(freezeOptions[file]!);
    expect(anonymous(plain(frozen))).toEqual(anonymous(golden));
  });
});

const freezeOptions: { readonly [file: string]: object } = {
  'task-frozen': taskFreeze(),
  'chain-frozen': { taskId: 'last-id', rootId: 'r' },
  'group-frozen': { taskId: sample('signatures/group-frozen').decoded.options['task_id'], rootId: 'r' },
  'chord-frozen': { taskId: 'body-id', rootId: 'r' },
};

/** What the sample was frozen with. */
function taskFreeze(): object {
  const {
    task_id,
    root_id,
    parent_id,
    group_id,
    group_index,
    chord: body,
  } = sample('signatures/task-frozen').decoded.options;
  return Object.fromEntries(
    Object.entries({
      taskId: task_id,
      rootId: root_id,
      parentId: parent_id,
      groupId: group_id,
      groupIndex: group_index,
      chord: body,
    }).filter(([, value]) => value !== undefined),
  );
}

describe('signatures that Celery wrote', () => {
  const files = readdirSync(`${FIXTURES}signatures`)
    .filter((file) => !file.startsWith('result-'))
    .map((file) => file.replace('.json', ''));

  test.each(files)('%s is read and written again', (file) => {
    const { decoded } = sample(`signatures/${file}`);
    expect(plain(signature(decoded))).toEqual(decoded);
  });

  test.each([
    ['chain', 'Chain'],
    ['group', 'Group'],
    ['chord', 'Chord'],
    ['task', 'Signature'],
    ['chunks', 'Signature'],
  ])('%s becomes a %s', (file, kind) => {
    expect(signature(sample(`signatures/${file}`).decoded).constructor.name).toBe(kind);
  });
});

describe('messages are sent as Celery sends them', () => {
  const workflows: { readonly [file: string]: (stage: Stage) => Promise<unknown> } = {
    'chain-ends-with-group': ({ add, mul }) =>
      add
        .s(1, 1)
        .pipe(group(mul.s(2), mul.s(3)))
        .delay(),
    'chain-errback': ({ add, mul, onErr }) => chain(add.s(1, 1), mul.s(2)).applyAsync([], { linkError: onErr.s() }),
    'chain-group-chord': ({ add, mul, tsum }) =>
      add
        .s(1, 1)
        .pipe(group(mul.s(2), mul.s(3)))
        .pipe(tsum.s())
        .delay(),
    'chain-immutable': ({ add, noargs, app }) =>
      chain(add.s(1), noargs.si(), app.signature('proj.mul', { kwargs: { y: 3 } })).delay(10),
    'chain-link': ({ add, mul, noargs }) => chain(add.s(1, 1), mul.s(2)).applyAsync([], { link: noargs.si() }),
    'chain-three': ({ add, mul }) => chain(add.s(1, 1), mul.s(2), mul.s(3)).delay(),
    'chord-basic': ({ add, tsum }) => chord([add.s(1, 1), add.s(2, 2)], tsum.s()).delay(),
    'chord-errback': ({ add, fail, tsum, onErr }) =>
      chord([add.s(1, 1), fail.s()], tsum.s().onError(onErr.s())).delay(),
    'chord-options': ({ add, tsum }) =>
      chord([add.s(1, 1), add.s(2, 2)], tsum.s().set({ queue: 'q2', priority: 6 })).delay(),
    chunks: ({ add }) =>
      chunks(
        add,
        [0, 1, 2, 3, 4].map((n): [number, number] => [n, n]),
        2,
      ).delay(),
    'group-options': ({ add }) =>
      group(add.s(1, 1), add.s(2, 2)).applyAsync([], { countdown: 0.05, queue: 'gq', priority: 3 }),
    'group-partial': ({ add, mul }) => group(add.s(1), mul.s(2)).delay(10),
    'group-two': ({ add }) => group(add.s(1, 1), add.s(2, 2)).delay(),
    xmap: ({ app }) => map(app.foreign<[number], number>('proj.add'), [1, 2, 3]).delay(),
    xstarmap: ({ add }) =>
      starmap(add, [
        [1, 2],
        [3, 4],
      ]).delay(),
  };

  test('every sample is here', () => {
    expect(Object.keys(workflows).sort()).toEqual(
      readdirSync(`${FIXTURES}canvas`)
        .map((file) => file.replace('.json', ''))
        .sort(),
    );
  });

  test.each(Object.keys(workflows))('%s', async (file) => {
    const stage = goldenApp();
    await using app = stage.app;
    const golden = sample(`canvas/${file}`).messages.filter(({ envelope }) => envelope !== undefined);
    await workflows[file]!(stage);
    const queues = file === 'group-options' ? ['gq'] : undefined;
    const sent = await takeWaiting(app, golden.length, queues);
    expect(sent).toHaveLength(golden.length);
    const ours = sent.map(({ raw, body }) => essence(raw.headers, raw.properties.priority, body));
    const theirs = golden.map(({ envelope, body }) => essence(envelope.headers, envelope.properties['priority'], body));
    expect(anonymous(ours)).toEqual(anonymous(theirs));
  });
});

/** What decides what happens; clocks, hosts and the like are as they are. */
function essence(headers: Readonly<Record<string, unknown>>, priority: unknown, body: unknown): unknown {
  const { task, id, group: groupId, group_index, root_id, parent_id, retries, timelimit, eta } = headers;
  const { argsrepr, ignore_result } = headers;
  // Python shows its tuples there, which JavaScript does not have.
  const kwargsrepr = String(headers['kwargsrepr']).replaceAll('(', '[').replaceAll(')', ']');
  const own = {
    task,
    id,
    groupId,
    group_index,
    root_id,
    parent_id,
    retries,
    timelimit,
    argsrepr,
    kwargsrepr,
    ignore_result,
  };
  return { ...own, isHeld: eta !== null, priority, body: plain(withoutEcho(body)) };
}

/**
 * Celery repeats in a frozen workflow what freezing it again will put there: the chord in every header task, positions in a
 * group, empty roots and parents, and the reply queue, which only results that are messages need.
 */
function withoutEcho(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEcho);
  if (typeof value !== 'object' || value === null) return value;
  const copy: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) {
    if (key !== 'options') copy[key] = withoutEcho(member);
    else {
      const {
        chord: _,
        group_index: __,
        reply_to: ___,
        root_id,
        parent_id,
        ...options
      } = member as Record<string, unknown>;
      copy[key] = withoutEcho({ ...options, ...(root_id ? { root_id } : {}), ...(parent_id ? { parent_id } : {}) });
    }
  }
  if ((value as SignatureJson).subtask_type === 'chord' && 'options' in copy) {
    const { task_id: _, ...options } = copy['options'] as Record<string, unknown>;
    copy['options'] = options;
  }
  return copy;
}

/** Ids by the order in which they first come. */
function anonymous(value: unknown): unknown {
  const names = new Map<string, string>();
  const text = JSON.stringify(value, (_, member) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  ).replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, (id) => {
    const name = names.get(id) ?? `id${names.size}`;
    names.set(id, name);
    return name;
  });
  return JSON.parse(text);
}
