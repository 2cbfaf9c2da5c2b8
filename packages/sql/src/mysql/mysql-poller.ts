import type { ChangeSource } from '../network/change-feed.ts';
import type { ServerTarget } from '../network/server-url.ts';
import type { ChangeListener } from '../sql-database.ts';
import type { Row } from '../statement.ts';
import { type MysqlModule, MysqlSession } from './mysql-session.ts';

/** Pause between two questions while nothing happens: a task waits half of it, and 33 questions a second cost little. */
const CALM_MS = 30;
/** The same for a while after something has happened. */
const BUSY_MS = 5;
/** How long "a while" is. */
const BUSY_FOR_MS = 250;

/** Learns of changes by asking, again and again, on a connection of its own: these servers tell of nothing. */
export class MysqlPoller implements ChangeSource {
  onLost: ((error: unknown) => void) | undefined;
  readonly #session: MysqlSession;
  readonly #listeners: Set<ChangeListener> = new Set();
  #timer: NodeJS.Timeout | undefined;
  #asking = false;
  #ended = false;
  #newsAt = Number.NEGATIVE_INFINITY;

  private constructor(session: MysqlSession) {
    this.#session = session;
    session.onLost = (error) => this.#lose(error);
  }

  static async open(mysql: MysqlModule, target: ServerTarget): Promise<MysqlPoller> {
    return new MysqlPoller(await MysqlSession.open(mysql, target));
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
    this.#timer = setTimeout(() => void this.#askAll(), busy ? BUSY_MS : CALM_MS);
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
    const { rows } = await this.#session.execute(statement);
    if (!this.#listeners.has(listener) || !listener.isNews(rows as readonly Row[])) return;
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
