import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@celeriac/protocol';
import { lockWaitMs } from '../lock-wait.ts';
import type { ChangeListener, ChangeWatch, SqlDatabase, TransactionOptions } from '../sql-database.ts';
import type { SqlDialect } from '../sql-dialect.ts';
import {
  SqlBusyError,
  SqlDiskFullError,
  SqlTooLargeError,
  SqlUnavailableError,
  SqlUnusableError,
} from '../sql-errors.ts';
import type { Row, Script, Statement } from '../statement.ts';
import { ChangeFeed, type ChangeSource } from './change-feed.ts';
import { type ServerTarget, serverIdentity } from './server-url.ts';
import type { ServerDriver, Session } from './session.ts';
import { SessionPool } from './session-pool.ts';

/** What {@link NetworkDatabase} is made of. */
export interface NetworkParts {
  readonly target: ServerTarget;
  readonly dialect: SqlDialect;
  readonly driver: ServerDriver;
  /** Opens the connection by which changes are learnt of. */
  readonly openSource: () => Promise<ChangeSource>;
  readonly logger: Logger;
}

/** Whether an attempt may be made again. */
interface Attempt {
  /** A commit was sent: whether it came through is not known when the connection is lost. */
  committing: boolean;
}

/** A database server that many processes share. Every transaction has a connection of a small pool to itself. */
export class NetworkDatabase implements SqlDatabase {
  readonly url: string;
  readonly identity: string;
  readonly dialect: SqlDialect;
  readonly #target: ServerTarget;
  readonly #driver: ServerDriver;
  readonly #pool: SessionPool;
  readonly #feed: ChangeFeed;
  #losses = 0;
  #state: 'new' | 'open' | 'closed' = 'new';

  constructor({ target, dialect, driver, openSource, logger }: NetworkParts) {
    this.#target = target;
    this.#driver = driver;
    this.dialect = dialect;
    this.url = target.maskedUrl;
    this.identity = serverIdentity(target);
    this.#pool = new SessionPool(
      () => driver.open(),
      target.poolSize,
      (error) => this.#lose(error),
    );
    this.#feed = new ChangeFeed({
      open: openSource,
      explain: (error) => this.#explain(error),
      onLost: () => void this.#losses++,
      url: this.url,
      logger,
    });
  }

  get losses(): number {
    return this.#losses;
  }

  async connect(): Promise<void> {
    if (this.#state === 'closed') throw this.#notOpen();
    try {
      await this.#driver.load();
      this.#pool.release((await this.#pool.acquire()).session);
    } catch (error) {
      throw this.#explain(error);
    }
    this.#state = 'open';
  }

  async transaction<T>(script: Script<T>, { mode = 'write' }: TransactionOptions = {}): Promise<T> {
    if (this.#state !== 'open') throw this.#notOpen();
    let startedAt: number | undefined;
    for (let attempts = 1; ; attempts++) {
      const attempt: Attempt = { committing: mode === 'statement' };
      const outcome = await this.#attempt(script, mode, attempt);
      if ('result' in outcome) return outcome.result;
      const { error, fresh } = outcome;
      const failure = this.#driver.failureOf(error);
      // A connection that died while nobody used it: the next one is new.
      if (failure === 'gone' && !fresh && !attempt.committing && attempts <= this.#target.poolSize) continue;
      if (failure !== 'retry') throw this.#explain(error);
      startedAt ??= performance.now();
      const waitedMs = performance.now() - startedAt;
      if (waitedMs >= this.#target.busyTimeoutMs) throw new SqlBusyError(this.url, waitedMs, { cause: error });
      await delay(lockWaitMs(attempts, Math.random()));
    }
  }

  run(statements: readonly Statement[], options?: TransactionOptions): Promise<readonly (readonly Row[])[]> {
    return this.transaction(function* () {
      const answers: (readonly Row[])[] = [];
      for (const statement of statements) answers.push((yield statement).rows as readonly Row[]);
      return answers;
    }, options);
  }

  watchChanges(listener: ChangeListener): ChangeWatch {
    if (this.#state !== 'open') throw this.#notOpen();
    return this.#feed.add(listener);
  }

  async close(): Promise<void> {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#feed.close();
    await this.#pool.close(this.#notOpen());
  }

  async #attempt<T>(
    script: Script<T>,
    mode: NonNullable<TransactionOptions['mode']>,
    attempt: Attempt,
  ): Promise<{ readonly result: T } | { readonly error: unknown; readonly fresh: boolean }> {
    let fresh = true;
    let session: Session | undefined;
    try {
      ({ session, fresh } = await this.#pool.acquire());
      return { result: await (mode === 'write' ? runWhole(session, script, attempt) : runSteps(session, script)) };
    } catch (error) {
      return { error, fresh };
    } finally {
      if (session !== undefined) this.#pool.release(session);
    }
  }

  #lose(error: unknown): void {
    this.#losses += 1;
    this.#feed.tellLost(error);
  }

  #notOpen(): SqlUnavailableError {
    return new SqlUnavailableError(this.url, this.#state === 'closed' ? 'it was closed' : 'it is not connected');
  }

  /** Failures of the server in the words of this package; everything else as it is. */
  #explain(cause: unknown): unknown {
    const reason = this.#driver.describe(cause);
    switch (this.#driver.failureOf(cause)) {
      case 'gone':
        return new SqlUnavailableError(this.url, reason, { cause });
      case 'full':
        return new SqlDiskFullError(this.url, reason, { cause });
      case 'too-large':
        return new SqlTooLargeError(this.url, reason, { cause, hint: 'Raise max_allowed_packet, or send less.' });
      case 'retry':
        return new SqlBusyError(this.url, 0, { cause });
      case 'unusable': {
        const hint = this.#driver.hintFor(cause);
        return new SqlUnusableError(this.url, reason, { cause, ...(hint !== undefined && { hint }) });
      }
      default:
        return cause;
    }
  }
}

async function runSteps<T>(session: Session, script: Script<T>): Promise<T> {
  const steps = script();
  let step = steps.next();
  while (step.done !== true) step = steps.next(await session.execute(step.value));
  return step.value;
}

async function runWhole<T>(session: Session, script: Script<T>, attempt: Attempt): Promise<T> {
  session.begin();
  let result: T;
  try {
    result = await runSteps(session, script);
  } catch (error) {
    await session.rollback().catch(() => session.destroy());
    throw error;
  }
  attempt.committing = true;
  await session.commit();
  return result;
}
