import type { Client } from 'pg';
import type { ChangeSource } from '../network/change-feed.ts';
import type { ServerTarget } from '../network/server-url.ts';
import type { ChangeListener } from '../sql-database.ts';
import { withNul } from './nul-text.ts';
import { type PostgresModule, postgresClient } from './postgres-session.ts';

/** Between two questions whether the connection is still there: one that died in silence tells nothing by itself. */
const HEALTH_MS = 15_000;
/** How long the answer may take. */
const ANSWER_MS = 5000;
/** How long a server may take to hang up. */
const GOODBYE_MS = 1000;

/** Learns of changes by LISTEN, on a connection of its own. The channel of a topic is `celeriac_<topic>`. */
export class PostgresListener implements ChangeSource {
  onLost: ((error: unknown) => void) | undefined;
  readonly #client: Client;
  readonly #topics: Map<string, { readonly listening: Promise<unknown>; readonly listeners: Set<ChangeListener> }> =
    new Map();
  readonly #health: NodeJS.Timeout;
  #ended = false;

  private constructor(client: Client) {
    this.#client = client;
    client.on('error', (error) => this.#lose(error));
    client.on('end', () => this.#lose(new Error('Connection terminated')));
    client.on('notification', ({ channel, payload = '' }) => {
      const news = [withNul(payload)];
      const topic = this.#topics.get(channel);
      if (topic !== undefined) for (const listener of [...topic.listeners]) listener.onChange(news);
    });
    this.#health = setInterval(() => void this.#check(), HEALTH_MS);
    this.#health.unref();
  }

  static async open(pg: PostgresModule, target: ServerTarget): Promise<PostgresListener> {
    const client = postgresClient(pg, target);
    const listener = new PostgresListener(client);
    try {
      await client.connect();
    } catch (error) {
      listener.close();
      throw error;
    }
    return listener;
  }

  async add(listener: ChangeListener): Promise<void> {
    const channel = `celeriac_${listener.topic}`;
    let topic = this.#topics.get(channel);
    if (topic === undefined) {
      topic = { listening: this.#client.query(`listen ${channel}`), listeners: new Set() };
      this.#topics.set(channel, topic);
    }
    topic.listeners.add(listener);
    await topic.listening;
  }

  /** Goes on to listen: somebody will ask again soon. */
  remove(listener: ChangeListener): void {
    this.#topics.get(`celeriac_${listener.topic}`)?.listeners.delete(listener);
  }

  close(): void {
    this.#ended = true;
    clearInterval(this.#health);
    const impatience = setTimeout(() => this.#hangUp(), GOODBYE_MS);
    const done = (): void => clearTimeout(impatience);
    this.#client.end().then(done, done);
  }

  async #check(): Promise<void> {
    try {
      // The option is node-postgres's; its types do not know it here.
      await this.#client.query({ text: 'select 1', query_timeout: ANSWER_MS } as { text: string });
    } catch (error) {
      this.#lose(error);
    }
  }

  #lose(error: unknown): void {
    if (this.#ended) return;
    this.close();
    this.#hangUp();
    this.onLost?.(error);
  }

  #hangUp(): void {
    (this.#client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
  }
}
