import { setTimeout as sleep } from 'node:timers/promises';
import type { StoreRequest } from '@celeriac/backend';
import { isReady, type ResultMeta } from '@celeriac/protocol';
import type { BackendFlaw } from './backend-flaw.fixture.ts';
import { pending } from './pending-result.fixture.ts';

/** A flaw of `store`: what becomes of one outcome. */
function onStored(change: (meta: ResultMeta) => ResultMeta): Pick<BackendFlaw, 'backend'> {
  return {
    backend: (sound) => ({
      store: (requests, joint) =>
        sound.store(
          requests.map((one) => ({ ...one, meta: change(one.meta) })),
          joint,
        ),
    }),
  };
}

/** A flaw of all verbs that take ids: which id they take it for. */
function onIds(change: (id: string) => string): Pick<BackendFlaw, 'backend'> {
  const changed = (meta: ResultMeta): ResultMeta => ({ ...meta, task_id: change(meta.task_id) });
  return {
    backend: (sound) => ({
      store: (requests, joint) =>
        sound.store(
          requests.map((one) => ({ ...one, meta: changed(one.meta) })),
          joint,
        ),
      load: (ids) => sound.load(ids.map(change)),
      forget: (ids) => sound.forget(ids.map(change)),
    }),
  };
}

function mapDeep(value: unknown, change: (value: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => mapDeep(one, change));
  if (typeof value !== 'object' || value === null) return change(value);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, mapDeep(one, change)]));
}

/** Results are not kept, changed, or mistaken for others. */
export const resultFlaws: readonly BackendFlaw[] = [
  {
    name: 'makes up a result for unknown ids',
    caughtBy: ['knows nothing of an id that was never stored', 'forgets results, known or not'],
    backend: (sound) => ({
      load: async (ids) => (await sound.load(ids)).map((meta, index) => meta ?? pending(ids[index]!)),
    }),
  },
  {
    name: 'keeps only final results',
    caughtBy: ['stores and loads every state', 'overwrites every other state'],
    backend: (sound) => ({
      store: async (requests, joint) => {
        const outcomes = requests.map(() => 'stored' as const);
        const { settled } = await sound.store(
          requests.filter(({ meta }) => isReady(meta.status)),
          joint,
        );
        return { outcomes, settled };
      },
    }),
  },
  {
    name: 'takes an empty value for none',
    caughtBy: ['carries values of every JSON type'],
    ...onStored((meta) => ({ ...meta, result: meta.result || null })),
  },
  {
    name: 'keeps numbers as doubles',
    caughtBy: ['never rounds an integer beyond 2^53: it is kept exactly, or refused'],
    ...onStored((meta) => ({
      ...meta,
      result: mapDeep(meta.result, (one) => (typeof one === 'bigint' ? Number(one) : one)),
    })),
  },
  {
    name: 'drops the children',
    caughtBy: ['carries every field of a result'],
    ...onStored((meta) => ({ ...meta, children: [] })),
  },
  {
    name: 'copies results into plain objects',
    caughtBy: ['keeps hostile keys of a result as plain data'],
    ...onStored((meta) => ({ ...meta, result: Object.assign({}, meta.result) })),
  },
  {
    name: 'keeps a given JSON text as text',
    caughtBy: ['takes a result as JSON text'],
    backend: (sound) => ({
      store: (requests, joint) => {
        const asText = ({ meta, resultText, ...more }: StoreRequest): StoreRequest => {
          return { ...more, meta: { ...meta, result: resultText ?? meta.result } };
        };
        return sound.store(requests.map(asText), joint);
      },
    }),
  },
  {
    name: 'confirms a store before it has stored',
    caughtBy: [
      'lets another client load a result as soon as it is stored',
      'keeps results for a client that comes later',
    ],
    backend: (sound) => ({
      store: async (requests) => {
        setTimeout(() => sound.store(requests).catch(() => {}), 30);
        return { outcomes: requests.map(() => 'stored'), settled: [] };
      },
    }),
  },
  {
    name: 'forgets everything when a client closes',
    caughtBy: ['keeps results for a client that comes later'],
    backend: (sound, server) => ({
      close: async () => {
        server.results.clear();
        await sound.close();
      },
    }),
  },
  {
    name: 'loads every id once, in its own order',
    caughtBy: [
      'loads in the order asked for, with gaps and repetitions',
      'stores and loads 500 results in one call each',
    ],
    backend: (sound) => ({ load: (ids) => sound.load([...new Set(ids)].sort()) }),
  },
  {
    name: 'lets the last writer win',
    caughtBy: [
      'never overwrites a SUCCESS',
      'never overwrites the SUCCESS of another client',
      'judges each result of a batch by itself',
    ],
    backend: (sound) => ({
      store: async (requests, joint) => {
        await sound.forget(requests.map(({ meta }) => meta.task_id));
        return sound.store(requests, joint);
      },
    }),
  },
  {
    name: 'lets the first writer win',
    caughtBy: ['overwrites every other state', 'waits until a result is final'],
    backend: (sound) => ({
      store: async (requests, joint) => {
        const known = await sound.load(requests.map(({ meta }) => meta.task_id));
        const report = await sound.store(
          requests.filter((_, index) => known[index] === undefined),
          joint,
        );
        return { outcomes: requests.map(() => 'stored'), settled: report.settled };
      },
    }),
  },
  {
    name: 'lets a RETRY overwrite a failure',
    caughtBy: ['never lets the RETRY of an attempt overwrite the end of the next one'],
    backend: (sound) => ({
      store: async (requests, joint) => {
        const failed = await sound.load(requests.map(({ meta }) => meta.task_id));
        const overwritten = requests.flatMap(({ meta }, index) =>
          meta.status === 'RETRY' && failed[index]?.status === 'FAILURE' ? [meta.task_id] : [],
        );
        if (overwritten.length > 0) await sound.forget(overwritten);
        return sound.store(requests, joint);
      },
    }),
  },
  {
    name: 'refuses a whole batch for one final result',
    caughtBy: ['judges each result of a batch by itself'],
    backend: (sound) => ({
      store: async (requests, joint) => {
        const known = await sound.load(requests.map(({ meta }) => meta.task_id));
        const isFinal = known.some((meta) => meta?.status === 'SUCCESS');
        return isFinal ? { outcomes: requests.map(() => 'final'), settled: [] } : sound.store(requests, joint);
      },
    }),
  },
  {
    name: 'forgets nothing',
    caughtBy: [
      'forgets results, known or not',
      'takes ids that look like paths, patterns, SQL or commands as plain data (M13)',
    ],
    backend: () => ({ forget: async () => {} }),
  },
  {
    name: 'takes ids apart at special characters',
    caughtBy: ['takes ids that look like paths, patterns, SQL or commands as plain data (M13)'],
    ...onIds((id) => id.replace(/[^\w-].*/s, '')),
  },
  {
    name: 'takes ids without regard to case',
    caughtBy: ['takes an id as the whole id: no prefix, pattern or case stands for another'],
    ...onIds((id) => id.toLowerCase()),
  },
  {
    name: 'keeps results in a plain object',
    caughtBy: ['takes ids that are names of every object'],
    backend: (sound) => ({
      load: async (ids) => {
        const loaded = await sound.load(ids);
        return ids.map((id, index) => loaded[index] ?? ({} as { [id: string]: ResultMeta })[id]);
      },
    }),
  },
  {
    name: 'cuts long ids',
    caughtBy: ['takes an id of 255 characters, and refuses a longer or empty one'],
    ...onIds((id) => id.slice(0, 200) || 'nameless'),
  },
  {
    name: 'tells its watchers late',
    caughtBy: ['reports a result that another client stores later, soon'],
    options: { noticeMs: 50, waitMs: 2_000 },
    backend: (sound) => ({
      watch: (onReady) => sound.watch((metas) => void sleep(200).then(() => onReady(metas))),
    }),
  },
];
