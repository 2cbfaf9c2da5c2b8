import type { ResultCodec } from '@celeriac/backend';
import type { Clock, Logger } from '@celeriac/protocol';
import type { SqlDatabase } from '@celeriac/sql';

/** What the parts of a result store in a database share. */
export interface StorePlace {
  readonly database: SqlDatabase;
  readonly codec: ResultCodec;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long results are kept, milliseconds; undefined = for ever. */
  readonly resultExpiresMs: number | undefined;
}
