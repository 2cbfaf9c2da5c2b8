import { fileURLToPath } from 'node:url';
import { type Clock, InvalidUrlError, type Logger, maskUrl, systemClock } from '@celeriac/protocol';
import type { BeatStore } from './beat-store.ts';
import { FileStore } from './file-store.ts';
import { MemoryStore } from './memory-store.ts';

/** What {@link openStore} is told. */
export interface StorePlace {
  /** `redis://…`, `sqlite:///…` and the other URLs of databases, `memory://`, or the name of a file. */
  readonly url: string;
  /** The application's name. */
  readonly namespace: string;
  readonly logger: Logger;
  readonly clock?: Clock;
}

/**
 * The store that a URL names; connects to nothing. What speaks to databases is loaded here, so that nobody needs it who has
 * his schedule in a file.
 * @throws {InvalidUrlError}
 */
export async function openStore({ url, namespace, logger, clock = systemClock }: StorePlace): Promise<BeatStore> {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1]?.toLowerCase();
  if (scheme === undefined) return new FileStore(url, logger);
  if (scheme === 'file') return new FileStore(fileURLToPath(url), logger);
  if (scheme === 'memory') return new MemoryStore(clock);
  if (/^(?:rediss?|redis\+.+|sentinel|valkeys?)$/.test(scheme)) {
    const [{ RedisStore }, redis] = await Promise.all([
      import('./redis-store.ts'),
      load(() => import('@celeriac/redis'), url, '@celeriac/redis'),
    ]);
    return new RedisStore(redis, url, namespace);
  }
  if (/^(?:sqla\+|sqlalchemy\+|db\+)?(?:sqlite|postgres|postgresql|mysql|mariadb)\b/.test(scheme)) {
    const [{ SqlStore }, sql] = await Promise.all([
      import('./sql-store.ts'),
      load(() => import('@celeriac/sql'), url, '@celeriac/sql'),
    ]);
    return new SqlStore({ sql, url, namespace, logger, clock });
  }
  throw new InvalidUrlError('beatStore', maskUrl(url), 'no schedule can be kept there', {
    hint: 'Write redis://…, sqlite:///…, or the name of a file.',
  });
}

async function load<T>(load: () => Promise<T>, url: string, name: string): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    throw new InvalidUrlError('beatStore', maskUrl(url), `it needs the package ${name}, which cannot be loaded`, {
      cause,
      hint: `Run: npm install ${name} (or pnpm add, yarn add)`,
    });
  }
}
