import { maskUrl } from '@celeriac/protocol';
import type { RedisCommand, RedisConnection, RedisReply, RedisScript } from '@celeriac/redis';
import type { EntryState } from '../entry/schedule-entry.ts';
import type { BeatLease, BeatStore, EntryEdit, EntryRecord, StoreContents } from './beat-store.ts';
import { BeatStoreError } from './beat-store-errors.ts';
import { parseJson, readDefinition, readState } from './record-json.ts';
import { ACQUIRE, EDIT, FORGET, RELEASE, RENEW, WRITE } from './redis-scripts.ts';

type RedisPackage = typeof import('@celeriac/redis');
type ScriptName = 'acquire' | 'renew' | 'release' | 'write' | 'forget' | 'edit';

const SOURCES: { readonly [name in ScriptName]: string } = {
  acquire: ACQUIRE,
  renew: RENEW,
  release: RELEASE,
  write: WRITE,
  forget: FORGET,
  edit: EDIT,
};
/** Lua takes no more arguments at once than some thousands. */
const AT_ONCE = 1000;

/**
 * A schedule in Redis, for any number of beats. Time is the server's; scripts look at the lock before they write, so that
 * one that was held up and lost the lead changes nothing.
 */
export class RedisStore implements BeatStore {
  readonly url: string;
  readonly isShared = true;
  readonly #redis: RedisPackage;
  readonly #given: string;
  readonly #scripts: ReadonlyMap<ScriptName, RedisScript>;
  readonly #prefix: string;
  #connection: Promise<RedisConnection> | undefined;

  /** @param namespace - the application's name: each has a schedule of its own */
  constructor(redis: RedisPackage, url: string, namespace: string) {
    this.#redis = redis;
    this.#given = url;
    this.url = maskUrl(url);
    // One slot of a cluster.
    this.#prefix = `celeriac:beat:{${namespace.replace(/[{}]/g, '_')}}:`;
    this.#scripts = new Map(
      Object.entries(SOURCES).map(([name, lua]) => [name as ScriptName, new redis.RedisScript(lua)]),
    );
  }

  async open(): Promise<void> {
    await this.#call(['PING']);
  }

  async acquire(owner: string, ttlMs: number): Promise<BeatLease | undefined> {
    const token = this.#redis.numberOf(await this.#run('acquire', ['lock', 'token'], [owner, ttlMs]));
    return token === 0 ? undefined : { owner, token };
  }

  async renew(lease: BeatLease, ttlMs: number): Promise<boolean> {
    return this.#isDone(await this.#run('renew', ['lock'], [lockValue(lease), ttlMs]));
  }

  async release(lease: BeatLease): Promise<void> {
    await this.#run('release', ['lock'], [lockValue(lease)]);
  }

  async load(): Promise<StoreContents> {
    const [version, definitions, removed, paused, runNow, states] = await this.#pipeline([
      ['GET', this.#key('version')],
      ...HASHES.map((hash): RedisCommand => ['HGETALL', this.#key(hash)]),
    ]);
    const maps = [definitions, removed, paused, runNow, states].map((reply) => this.#mapOf(reply ?? null));
    const names = new Set(maps.flatMap((map) => [...map.keys()]));
    return {
      version: this.#redis.numberOf(version),
      records: [...names].map((name) =>
        recordOf(
          name,
          maps.map((map) => map.get(name)),
        ),
      ),
    };
  }

  async news(version: number): Promise<StoreContents> {
    const { numberOf, listOf, textOf } = this.#redis;
    const current = numberOf(await this.#call(['GET', this.#key('version')]));
    if (current === version) return { version, records: [] };
    // A server that lost its data counts from the beginning again.
    const after = current < version ? '-inf' : `(${version}`;
    const reply = await this.#call(['ZRANGEBYSCORE', this.#key('edits'), after, '+inf']);
    const names = listOf(reply).map((name) => textOf(name));
    if (names.length === 0) return { version: current, records: [] };
    const fields = await this.#pipeline(
      HASHES.slice(0, 4).map((hash): RedisCommand => ['HMGET', this.#key(hash), ...names]),
    );
    const columns = fields.map((column) => listOf(column));
    const textAt = (column: readonly RedisReply[], index: number): string | undefined => {
      const value = column[index];
      return value === null || value === undefined ? undefined : textOf(value);
    };
    return {
      version: current,
      records: names.map((name, index) =>
        recordOf(
          name,
          columns.map((column) => textAt(column, index)),
        ),
      ),
    };
  }

  async write(lease: BeatLease, states: readonly (readonly [string, EntryState])[]): Promise<boolean> {
    for (let at = 0; at < states.length; at += AT_ONCE) {
      const part = states.slice(at, at + AT_ONCE).flatMap(([name, state]) => [name, JSON.stringify(state)]);
      if (!this.#isDone(await this.#run('write', ['lock', 'states'], [lockValue(lease), ...part]))) return false;
    }
    return true;
  }

  async forget(lease: BeatLease, names: readonly string[]): Promise<boolean> {
    for (let at = 0; at < names.length; at += AT_ONCE) {
      const part = [lockValue(lease), ...names.slice(at, at + AT_ONCE)];
      if (!this.#isDone(await this.#run('forget', ['lock', ...HASHES, 'edits'], part))) return false;
    }
    return true;
  }

  async edit(edits: readonly EntryEdit[]): Promise<void> {
    const keys = ['version', 'definitions', 'removed', 'paused', 'runNow', 'edits'];
    for (let at = 0; at < edits.length; at += AT_ONCE) {
      await this.#run('edit', keys, edits.slice(at, at + AT_ONCE).flatMap(editArguments));
    }
  }

  async close(): Promise<void> {
    const connection = await this.#connection?.catch(() => undefined);
    this.#connection = undefined;
    connection?.close();
  }

  #key(name: string): string {
    return this.#prefix + name;
  }

  #call(command: RedisCommand): Promise<RedisReply> {
    return this.#use((connection) => connection.call(command));
  }

  #pipeline(commands: readonly RedisCommand[]): Promise<readonly RedisReply[]> {
    return this.#use((connection) => connection.pipeline(commands));
  }

  #run(name: ScriptName, keys: readonly string[], args: readonly (string | number)[]): Promise<RedisReply> {
    const script = this.#scripts.get(name)!;
    return this.#use((connection) =>
      connection.run(
        script,
        keys.map((key) => this.#key(key)),
        args,
      ),
    );
  }

  /** A connection that was lost is made anew by the next one who asks. */
  async #use<T>(work: (connection: RedisConnection) => Promise<T>): Promise<T> {
    this.#connection ??= this.#connect();
    const current = this.#connection;
    try {
      return await work(await current);
    } catch (cause) {
      if (this.#connection === current) this.#connection = undefined;
      void current.then((connection) => connection.close()).catch(() => {});
      throw new BeatStoreError(this.url, cause instanceof Error ? cause.message : String(cause), { cause });
    }
  }

  async #connect(): Promise<RedisConnection> {
    const { RedisConnection, redisPlan } = this.#redis;
    const connection = new RedisConnection({
      plan: redisPlan(this.#given, {}, 'beatStore'),
      anyKey: this.#key('lock'),
    });
    await connection.connect();
    return connection;
  }

  #isDone(reply: RedisReply): boolean {
    return this.#redis.numberOf(reply) === 1;
  }

  #mapOf(reply: RedisReply): ReadonlyMap<string, string> {
    const { pairsOf, textOf } = this.#redis;
    return new Map(pairsOf(reply).map(([name, value]) => [textOf(name), textOf(value)]));
  }
}

const HASHES: readonly string[] = ['definitions', 'removed', 'paused', 'runNow', 'states'];

function lockValue({ token, owner }: BeatLease): string {
  return `${token}:${owner}`;
}

function recordOf(name: string, fields: readonly (string | undefined)[]): EntryRecord {
  const [definition, removed, paused, runNow, state] = fields;
  return {
    name,
    definition: readDefinition(parseJson(definition)),
    isRemoved: removed !== undefined,
    isPaused: paused === undefined ? null : paused === '1',
    runNow: Number(runNow ?? 0),
    state: readState(parseJson(state)),
  };
}

function editArguments({ name, definition, isPaused, runNow }: EntryEdit): readonly string[] {
  const text = definition === null ? '-' : definition === undefined ? '' : JSON.stringify(definition);
  return [name, text, isPaused === undefined ? '' : isPaused ? '1' : '0', runNow === true ? '1' : ''];
}
