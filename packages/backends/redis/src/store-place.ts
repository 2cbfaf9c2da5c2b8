import type { CeleryKeys, ResultCodec } from '@celeriac/backend';
import type { LazyConnection } from './lazy-connection.ts';

/** What the parts of one backend share. */
export interface StorePlace {
  readonly connection: LazyConnection;
  readonly keys: CeleryKeys;
  readonly codec: ResultCodec;
  /** How long everything is kept, milliseconds; 0 = for ever. */
  readonly ttlMs: number;
}
