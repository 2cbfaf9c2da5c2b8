import {
  type Backend,
  type BackendCapabilities,
  type BackendContext,
  ForeignJointWorkError,
  ResultCodec,
  type ResultWatch,
  ResultWatchHub,
  requireResultIds,
  resultExpiresAt,
  type StoreReport,
  type StoreRequest,
} from '@celeriac/backend';
import { type JointWork, jsonSerializer, type ResultMeta, silentLogger, systemClock } from '@celeriac/protocol';
import { ensureMigrated, openSqlDatabase, type SqlDatabase } from '@celeriac/sql';
import { capabilities } from './capabilities.ts';
import { dropExpired } from './drop-expired.ts';
import { MysqlResultTable } from './mysql-result-table.ts';
import { PostgresResultTable } from './postgres-result-table.ts';
import { resultMigrations } from './result-migrations.ts';
import { ResultRows } from './result-row.ts';
import type { ResultTable } from './result-table.ts';
import { asBackendError } from './sql-backend-errors.ts';
import { SqlChords } from './sql-chords.ts';
import { SqlGroups } from './sql-groups.ts';
import { SqliteResultTable } from './sqlite-result-table.ts';
import type { StorePlace } from './store-place.ts';

/** Whose tables, among the migrations of a database. */
export const MIGRATION_OWNER = 'backend';

/** Celery's `result_expires`. */
const ONE_DAY_MS = 86_400_000;

/** Settings of {@link sqlBackend}. */
export interface SqlBackendOptions {
  /** As `sqlite:///relative.db`, `postgresql://…`, `mysql://…`, `mariadb://…`, perhaps with `db+` in front. */
  readonly url: string;
  /** By default the machine's clock, no log, JSON, and results are kept for one day. */
  readonly context?: Partial<BackendContext>;
  /** How long a claim to run a chord's body stands, milliseconds; see `CHORD_CLAIM_MS`. */
  readonly chordClaimMs?: number;
}

/**
 * Results in the tables of a database that many processes share.
 * @throws {InvalidUrlError} with the URL masked
 */
export function sqlBackend(options: SqlBackendOptions): Backend {
  return new SqlBackend(options);
}

const TABLES = { sqlite: SqliteResultTable, postgres: PostgresResultTable, mysql: MysqlResultTable };

class SqlBackend implements Backend {
  readonly name: string;
  readonly url: string;
  readonly jointDomain: string;
  readonly capabilities: BackendCapabilities = capabilities;
  readonly groups: SqlGroups;
  readonly chords: SqlChords;
  readonly #context: BackendContext;
  readonly #database: SqlDatabase;
  readonly #place: StorePlace;
  readonly #rows: ResultRows;
  readonly #table: ResultTable;
  readonly #hub: ResultWatchHub;

  constructor({ url, context, chordClaimMs }: SqlBackendOptions) {
    this.#context = {
      clock: systemClock,
      logger: silentLogger,
      serializer: jsonSerializer,
      resultExpiresMs: ONE_DAY_MS,
      options: {},
      ...context,
    };
    const { clock, logger, serializer, resultExpiresMs } = this.#context;
    const database = openSqlDatabase(url, { logger, key: 'resultBackend' });
    const codec = new ResultCodec(serializer, logger);
    this.name = database.dialect.name;
    this.url = database.url;
    this.jointDomain = database.identity;
    this.#database = database;
    this.#place = { database, codec, clock, logger, resultExpiresMs };
    this.#rows = new ResultRows(codec, serializer, logger);
    this.#table = new TABLES[database.dialect.name](this.#place);
    this.groups = new SqlGroups(this.#place);
    this.chords = new SqlChords(this.#place, chordClaimMs);
    this.#hub = new ResultWatchHub({ load: (ids) => this.load(ids), clock, logger, feed: this.#table.feed });
  }

  async connect(): Promise<void> {
    try {
      await this.#database.connect();
      await ensureMigrated(this.#database, MIGRATION_OWNER, resultMigrations);
    } catch (error) {
      throw asBackendError(this.url, error);
    }
  }

  async store(requests: readonly StoreRequest[], joint?: JointWork): Promise<StoreReport> {
    if (joint !== undefined && joint.domain !== this.jointDomain) {
      throw new ForeignJointWorkError(joint.domain, this.name);
    }
    const ids = requests.map((request) => request.meta.task_id);
    requireResultIds(ids);
    if (ids.length === 0 && joint === undefined) return { outcomes: [], settled: [] };
    const nowMs = this.#context.clock.now();
    const expiresAtMs = resultExpiresAt(nowMs, this.#context.resultExpiresMs);
    // Everything that can fail or takes time comes before the lock.
    const rows = requests.map((request) => this.#rows.toRow(request, expiresAtMs));
    const report = await this.#table.store({ requests, rows, joint, nowMs });
    this.#hub.look(ids);
    return report;
  }

  async load(ids: readonly string[]): Promise<readonly (ResultMeta | undefined)[]> {
    requireResultIds(ids);
    if (ids.length === 0) return [];
    const rows = await this.#table.load(ids, this.#context.clock.now());
    const byId = new Map(rows.map((row) => [row.task_id, row]));
    return ids.map((id) => {
      const row = byId.get(id);
      return row === undefined ? undefined : this.#rows.toMeta(row);
    });
  }

  watch(onReady: (metas: readonly ResultMeta[]) => void): ResultWatch {
    return this.#hub.watch(onReady);
  }

  async forget(ids: readonly string[]): Promise<void> {
    requireResultIds(ids);
    if (ids.length === 0) return;
    await this.#table.forget(ids);
  }

  cleanup(): Promise<number> {
    return dropExpired(this.#place, this.#table, this.chords.statements);
  }

  async close(): Promise<void> {
    this.#hub.close();
    this.#table.feed.close();
    await this.#database.close();
  }
}
