// Runs in the lease thread of a transport, beside tasks that may keep the main thread busy.
import { openSqlDatabase, rowsOf, type SqlDatabase } from '@celeriac/sql';
import type { LeaseRenewer } from '@celeriac/transport';
import { hostTimeMs } from './host-clock.ts';
import { OwnerStatements } from './owner-lease.ts';

/** What the thread is started with. */
export interface LeaseThreadOptions {
  /** Of a file, with an absolute path. */
  readonly url: string;
  readonly ownerId: number;
  readonly leaseMs: number;
}

/** Opens a connection of its own and prolongs the owner's lease by it. */
export async function renewer({ url, ownerId, leaseMs }: LeaseThreadOptions): Promise<LeaseRenewer> {
  const database = openSqlDatabase(url, { key: 'brokerUrl' });
  await database.connect();
  return new OwnerRenewer(database, ownerId, leaseMs);
}

class OwnerRenewer implements LeaseRenewer {
  readonly #database: SqlDatabase;
  readonly #owners: OwnerStatements;
  readonly #id: number;
  readonly #leaseMs: number;
  /** Of the lease that was last seen; undefined while there is none. */
  #generation: number | undefined;

  constructor(database: SqlDatabase, id: number, leaseMs: number) {
    this.#database = database;
    this.#owners = new OwnerStatements(database.dialect);
    this.#id = id;
    this.#leaseMs = leaseMs;
  }

  async renew(): Promise<boolean> {
    const before = this.#generation;
    const prolong = this.#owners.prolong.with({ id: this.#id, now: hostTimeMs(), leaseMs: this.#leaseMs });
    const find = this.#owners.generation.with({ id: this.#id });
    const [row] = await this.#database.transaction(function* () {
      yield prolong;
      return yield* rowsOf(find);
    });
    this.#generation = row?.generation;
    // Before the first take there is no lease, and nothing to lose.
    return before === undefined || before === this.#generation;
  }

  close(): Promise<void> {
    return this.#database.close();
  }
}
