import type { Backend, ChordPart, ChordProgress, ChordStore, ResultWatch } from '@celeriac/backend';
import { isReady } from '@celeriac/protocol';
import type { BackendFlaw } from './backend-flaw.fixture.ts';
import type { SoundServer } from './sound-backend.fixture.ts';

/** A flaw of the watches that a backend starts. */
function onWatch(
  change: (watch: ResultWatch, backend: Backend, onReady: Parameters<Backend['watch']>[0]) => Partial<ResultWatch>,
): Pick<BackendFlaw, 'backend'> {
  return {
    backend: (sound) => ({
      watch: (onReady) => {
        const watch = sound.watch(onReady);
        const verbs: ResultWatch = {
          add: (ids) => watch.add(ids),
          remove: (ids) => watch.remove(ids),
          close: () => watch.close(),
        };
        return { ...verbs, ...change(watch, sound, onReady) };
      },
    }),
  };
}

/** A flaw of chords. */
function onChords(
  change: (sound: ChordStore, server: SoundServer) => Partial<ChordStore>,
): Pick<BackendFlaw, 'backend'> {
  return {
    backend: ({ chords }, server) => ({
      chords: {
        open: (groupId, size) => chords!.open(groupId, size),
        grow: (groupId, by) => chords!.grow!(groupId, by),
        join: (part) => chords!.join(part),
        close: (groupId) => chords!.close(groupId),
        ...change(chords!, server),
      },
    }),
  };
}

function onProgress(change: (progress: ChordProgress) => ChordProgress): Pick<BackendFlaw, 'backend'> {
  return onChords((sound) => ({ join: async (part) => change(await sound.join(part)) }));
}

function onPart(change: (part: ChordPart) => ChordPart): Pick<BackendFlaw, 'backend'> {
  return onChords((sound) => ({ join: (part) => sound.join(change(part)) }));
}

/** Watching, joining chords, and settling together with a broker go wrong. */
export const joiningFlaws: readonly BackendFlaw[] = [
  {
    name: 'does not look at what is ready already',
    caughtBy: [
      'reports a result that was ready before it was watched',
      'misses no result that is stored around the moment it is added',
    ],
    ...onWatch((watch, backend) => ({
      add: async (ids) => {
        const known = await backend.load(ids);
        watch.add(ids.filter((_, index) => known[index] === undefined));
      },
    })),
  },
  {
    name: 'begins to watch a little later, for what comes then',
    caughtBy: ['reports results of its own client', 'misses no result that is stored around the moment it is added'],
    ...onWatch((watch, backend) => ({
      add: (ids) => {
        setTimeout(async () => {
          const known = await backend.load(ids);
          watch.add(ids.filter((_, index) => known[index] === undefined));
        }, 20);
      },
    })),
  },
  {
    name: 'reports states that are not final',
    caughtBy: ['waits until a result is final'],
    backend: (sound, server) => ({
      watch: (onReady) => {
        const watch = sound.watch(onReady);
        const look = async (ids: readonly string[]): Promise<void> => {
          const metas = (await sound.load(ids)).filter((meta) => meta !== undefined && !isReady(meta.status));
          if (metas.length > 0) onReady(metas as never);
        };
        server.changes.on('stored', (ids) => void look(ids));
        return watch;
      },
    }),
  },
  {
    name: 'reports everything twice',
    caughtBy: ['reports each of 1,000 results once, though they are stored while it watches'],
    backend: (sound) => ({
      watch: (onReady) =>
        sound.watch((metas) => {
          onReady(metas);
          onReady(metas);
        }),
    }),
  },
  {
    name: 'goes on watching removed ids',
    caughtBy: ['reports nothing of removed ids'],
    ...onWatch(() => ({ remove: () => {} })),
  },
  {
    name: 'closes all watches with one',
    caughtBy: ['tells two watches of the same id, and ends one without the other'],
    ...onWatch((_watch, backend) => ({ close: () => backend.close() })),
  },
  {
    name: 'goes on reporting after it was closed',
    caughtBy: ['closes while results are being watched'],
    backend: () => ({ close: async () => {} }),
  },
  {
    name: 'forgets that a chord was made larger',
    caughtBy: ['waits for members that were added later'],
    ...onChords(() => ({ grow: async () => {} })),
  },
  {
    name: 'gives the parts in the order of their arrival',
    caughtBy: ['gives the parts with the last distinct member, in header order'],
    ...onChords((sound) => {
      const arrivals: string[] = [];
      const place = ({ taskId }: ChordPart): number => arrivals.indexOf(taskId);
      return {
        join: async (part) => {
          arrivals.push(part.taskId);
          const { parts, ...progress } = await sound.join(part);
          return { ...progress, parts: parts?.toSorted((a, b) => place(a) - place(b)) };
        },
      };
    }),
  },
  {
    name: 'counts completions instead of members',
    caughtBy: ['counts members, not completions: a repeated one neither fires early nor overshoots'],
    ...onChords((sound) => {
      let completions = 0;
      return { join: (part) => sound.join({ ...part, taskId: `${part.taskId}-${++completions}` }) };
    }),
  },
  {
    name: 'gives the parts to everybody who comes after the last member',
    caughtBy: [
      'gives the parts once',
      'gives the parts to exactly one of many concurrent callers',
      'gives no parts after the body was sent',
    ],
    ...onChords((sound) => {
      const parts = new Map<string, ChordProgress>();
      return {
        join: async (part) => {
          const progress = await sound.join(part);
          if (progress.parts !== undefined) parts.set(part.groupId, progress);
          return parts.get(part.groupId) ?? progress;
        },
      };
    }),
  },
  {
    name: 'calls every member successful',
    caughtBy: ['keeps failed members with their exceptions'],
    ...onPart((part) => ({ ...part, status: 'SUCCESS' })),
  },
  {
    name: 'takes the position for the name of a member',
    caughtBy: ['takes members without a position'],
    ...onPart((part) => ({ ...part, taskId: `member-${part.index}` })),
  },
  {
    name: 'expects nobody in a chord that was never opened',
    caughtBy: ['does not know the size of a chord that was never opened'],
    ...onProgress((progress) => ({ ...progress, size: progress.size ?? 0 })),
  },
  {
    name: 'keeps the size that it was first told',
    caughtBy: ['lets a chord be opened again with another size'],
    ...onChords((sound) => {
      const opened = new Set<string>();
      return {
        open: async (groupId, size) => {
          if (!opened.has(groupId)) await sound.open(groupId, size);
          opened.add(groupId);
        },
      };
    }),
  },
  {
    name: 'never gives the parts a second time',
    caughtBy: ['gives the parts again when the caller that got them did not send the body in time'],
    ...onChords((sound) => {
      const given = new Set<string>();
      return {
        join: async (part) => {
          const progress = await sound.join(part);
          if (progress.parts === undefined) return progress;
          const isAgain = given.has(part.groupId);
          given.add(part.groupId);
          return isAgain ? { ...progress, parts: undefined } : progress;
        },
      };
    }),
  },
  {
    name: 'gives at most 500 parts',
    caughtBy: ['joins 1,000 members'],
    ...onProgress((progress) => ({ ...progress, parts: progress.parts?.slice(0, 500) })),
  },
  {
    name: 'names another domain than its transport',
    caughtBy: ['names the same domain on both sides'],
    backend: () => ({ jointDomain: 'elsewhere' }),
  },
  {
    name: 'stores without settling',
    caughtBy: ['settles deliveries and stores their results in one transaction'],
    backend: (sound) => ({ store: (requests) => sound.store(requests) }),
  },
  {
    name: 'stores the results of deliveries that are not held any more',
    caughtBy: ['stores no result for a delivery that is not held any more'],
    backend: (sound) => ({
      store: (requests, joint) =>
        sound.store(
          requests.map(({ guard: _ignored, ...request }) => request),
          joint,
        ),
    }),
  },
  {
    name: 'takes a delivery for settled when the joint store failed',
    caughtBy: ['keeps a delivery unsettled when the joint store failed'],
    transport: ({ joint }) => ({
      joint: {
        domain: joint!.domain,
        begin: (deliveries) => {
          const { work, end } = joint!.begin(deliveries);
          return {
            work,
            end: (settled) => end(settled instanceof Error ? deliveries.map((one) => one.receipt) : settled),
          };
        },
      },
    }),
  },
];
