import { DecodeError, isRecord, type ResultTuple, readResultTuples } from '@celeriac/protocol';
import type { GroupStore } from './backend.ts';
import type { CeleryKeys } from './celery-keys.ts';
import type { KeyValueStore } from './key-value-store.ts';
import type { ResultCodec } from './result-codec.ts';
import { requireResultId } from './result-id.ts';

/** What {@link KeyValueGroups} works with. */
export interface KeyValueGroupsOptions {
  readonly store: KeyValueStore;
  readonly keys: CeleryKeys;
  readonly codec: ResultCodec;
  readonly ttlMs: number | undefined;
}

/**
 * Saved groups under Celery's key and in its form: `{"result": [[id, parent], members]}`.
 * @see celery/backends/base.py _save_group
 */
export class KeyValueGroups implements GroupStore {
  readonly #options: KeyValueGroupsOptions;

  constructor(options: KeyValueGroupsOptions) {
    this.#options = options;
  }

  async save(groupId: string, members: ResultTuple | null): Promise<void> {
    requireResultId(groupId);
    const { store, keys, codec, ttlMs } = this.#options;
    const key = keys.group(groupId);
    if (members === null) await store.delete([key]);
    else await store.set([{ key, value: codec.encodeValue({ result: members }), ttlMs }]);
  }

  /** @throws {DecodeError} what is stored is no group */
  async load(groupId: string): Promise<ResultTuple | undefined> {
    requireResultId(groupId);
    const { store, keys, codec } = this.#options;
    const [bytes] = await store.get([keys.group(groupId)]);
    return bytes === undefined ? undefined : groupOf(codec.decodeValue(bytes));
  }
}

function groupOf(stored: unknown): ResultTuple {
  const [tuple] = readResultTuples([isRecord(stored) ? stored['result'] : undefined]);
  if (tuple === undefined) throw new DecodeError('group', 'a stored group is not {"result": [[id, parent], members]}');
  return tuple;
}
