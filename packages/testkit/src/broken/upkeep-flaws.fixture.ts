import type { BackendFlaw } from './backend-flaw.fixture.ts';
import { pending } from './pending-result.fixture.ts';

/** Closing, expiry and groups go wrong. */
export const upkeepFlaws: readonly BackendFlaw[] = [
  {
    name: 'has a name that is none',
    caughtBy: ['describes itself'],
    backend: () => ({ name: 'Sound Store!' }),
  },
  {
    name: 'cannot be closed twice',
    caughtBy: ['closes before it was connected, and twice'],
    backend: (sound) => {
      let isClosed = false;
      return {
        close: async () => {
          if (isClosed) throw new Error('already closed');
          isClosed = true;
          await sound.close();
        },
      };
    },
  },
  {
    name: 'drops nothing on cleanup',
    caughtBy: ['drops expired results on cleanup, and only those'],
    backend: () => ({ cleanup: async () => 1 }),
  },
  {
    name: 'drops everything on cleanup',
    caughtBy: ['drops expired results on cleanup, and only those'],
    backend: (_sound, server) => ({
      cleanup: async () => {
        const { size } = server.results;
        server.results.clear();
        return size;
      },
    }),
  },
  {
    name: 'does not let results expire although it says so',
    capabilities: { expiry: 'native' },
    caughtBy: ['lets expired results go by itself'],
  },
  {
    name: 'performs the joint work of any database',
    caughtBy: ['refuses joint work of another database'],
    backend: (sound) => ({ store: (requests) => sound.store(requests) }),
  },
  {
    name: 'keeps groups among the results',
    caughtBy: ['keeps groups and results of the same id apart'],
    backend: (sound) => ({
      groups: {
        save: async (groupId, members) =>
          void (await sound.store([{ meta: { ...pending(groupId), result: members } }])),
        load: async (groupId) => (await sound.load([groupId]))[0]?.result as never,
      },
    }),
  },
  {
    name: 'does not forget groups',
    caughtBy: ['saves, loads and forgets groups'],
    backend: (sound) => ({
      groups: {
        save: async (groupId, members) => (members === null ? undefined : sound.groups?.save(groupId, members)),
        load: (groupId) => sound.groups!.load(groupId),
      },
    }),
  },
];
