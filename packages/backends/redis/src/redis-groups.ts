import { type GroupStore, requireResultId } from '@celeriac/backend';
import { DecodeError, isRecord, type ResultTuple, readResultTuples } from '@celeriac/protocol';
import type { RedisCommand } from '@celeriac/redis';
import type { StorePlace } from './store-place.ts';

/**
 * Saved groups under Celery's key and in its form: `{"result": [[id, parent], members]}`.
 * @see celery/backends/base.py _save_group
 */
export class RedisGroups implements GroupStore {
  readonly #place: StorePlace;

  constructor(place: StorePlace) {
    this.#place = place;
  }

  async save(groupId: string, members: ResultTuple | null): Promise<void> {
    requireResultId(groupId);
    const { connection, keys, codec, ttlMs } = this.#place;
    const key = keys.group(groupId);
    if (members === null) {
      await connection.run((redis) => redis.call(['DEL', key]));
      return;
    }
    const text = Buffer.from(codec.encodeValue({ result: members }));
    const kept: RedisCommand = ttlMs === 0 ? ['SET', key, text] : ['SET', key, text, 'PX', ttlMs];
    await connection.run((redis) => redis.transaction([kept, ['PUBLISH', key, text]]));
  }

  /** @throws {DecodeError} what is stored is no group */
  async load(groupId: string): Promise<ResultTuple | undefined> {
    requireResultId(groupId);
    const { connection, keys, codec } = this.#place;
    const stored = await connection.run((redis) => redis.call(['GET', keys.group(groupId)]));
    if (!Buffer.isBuffer(stored)) return undefined;
    const value = codec.decodeValue(stored);
    const [tuple] = readResultTuples([isRecord(value) ? value['result'] : undefined]);
    if (tuple === undefined)
      throw new DecodeError('group', 'a stored group is not {"result": [[id, parent], members]}');
    return tuple;
  }
}
