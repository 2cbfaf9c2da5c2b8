import type { ChangeSource } from '../network/change-feed.ts';
import type { ServerTarget } from '../network/server-url.ts';
import type { ChangeListener } from '../sql-database.ts';
import type { Row, Statement } from '../statement.ts';
import { WAITED_MS } from '../waited-ms.ts';
import { type MysqlModule, MysqlSession } from './mysql-session.ts';

/** Pause between two questions while nothing happens: a task waits half of it, and 33 questions a second cost little. */
const CALM_MS = 30;
/** The same for a while after something has happened. */
const BUSY_MS = 5;
/** How long "a while" is. */
const BUSY_FOR_MS = 250;
/** MariaDB looks this often for the one who asks, and answers when it has looked so many times in vain. */
const LOOK_MS = 10;
const LOOKS = 30;

/**
 * Learns of changes by asking, again and again, on a connection of its own: these servers tell of nothing. MariaDB, which
 * runs programs, is asked less often, and asks itself.
 */
export class MysqlPoller implements ChangeSource {
  onLost: ((error: unknown) => void) | undefined;
  readonly #session: MysqlSession;
  readonly #listeners: Set<ChangeListener> = new Set();
  #timer: NodeJS.Timeout | undefined;
  #asking = false;
  #ended = false;
  #newsAt = Number.NEGATIVE_INFINITY;
  readonly #runsPrograms: boolean;
  /** The last question was answered late, and without news: asking again at once costs little. */
  #waited = false;

  private constructor(session: MysqlSession, runsPrograms: boolean) {
    this.#session = session;
    this.#runsPrograms = runsPrograms;
    session.onLost = (error) => this.#lose(error);
  }

  static async open(mysql: MysqlModule, target: ServerTarget): Promise<MysqlPoller> {
    const session = await MysqlSession.open(mysql, target);
    try {
      const { rows } = await session.execute({ sql: 'select version() as version', parameters: [] });
      return new MysqlPoller(session, /mariadb/i.test(String((rows as readonly Row[])[0]?.['version'])));
    } catch (error) {
      session.destroy();
      throw error;
    }
  }

  async add(listener: ChangeListener): Promise<void> {
    this.#listeners.add(listener);
    this.#arm();
  }

  remove(listener: ChangeListener): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  close(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#listeners.clear();
    // Nobody waits for the answer that is under way, and it may never come.
    if (this.#asking) this.#session.destroy();
    else void this.#session.close().catch(() => {});
  }

  #arm(): void {
    if (this.#timer !== undefined || this.#asking || this.#ended || this.#listeners.size === 0) return;
    const busy = performance.now() - this.#newsAt < BUSY_FOR_MS;
    this.#timer = setTimeout(() => void this.#askAll(), this.#waited ? 0 : busy ? BUSY_MS : CALM_MS);
  }

  async #askAll(): Promise<void> {
    this.#timer = undefined;
    this.#asking = true;
    try {
      for (const listener of [...this.#listeners]) await this.#ask(listener);
    } catch (error) {
      this.#lose(error);
    }
    this.#asking = false;
    this.#arm();
  }

  async #ask(listener: ChangeListener): Promise<void> {
    const statement = listener.probe();
    if (statement === undefined) return;
    // With several listeners none may keep the others waiting.
    const mayWait = this.#runsPrograms && listener.waits === true && this.#listeners.size === 1;
    const { rows } = await this.#session.execute(mayWait ? waitFor(statement) : statement);
    const news = mayWait ? ((rows as readonly (readonly Row[])[])[0] ?? []) : (rows as readonly Row[]);
    const isNews = listener.isNews(news);
    this.#waited = mayWait && !isNews;
    if (!this.#listeners.has(listener) || !isNews) return;
    this.#newsAt = performance.now();
    listener.onChange(undefined);
  }

  #lose(error: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#session.destroy();
    this.onLost?.(error);
  }
}

/** The same question, to be answered when there is news, or after a while. Its value comes in the first of two results. */
function waitFor({ sql, parameters }: Statement): Statement {
  const timed = sql.replaceAll(WAITED_MS, 'waited');
  const program = `
    begin not atomic
      declare looks int default ${LOOKS};
      declare waited bigint default 0;
      declare news bool default (${timed});
      while looks > 0 and not news do
        do sleep(${LOOK_MS / 1000});
        set looks = looks - 1, waited = waited + ${LOOK_MS}, news = (${timed});
      end while;
      select news;
    end`;
  return { sql: program, parameters: [...parameters, ...parameters] };
}
