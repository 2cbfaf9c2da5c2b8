import type { Session } from './session.ts';

type Waiter = PromiseWithResolvers<Session>;

/** A connection that was not needed for this long is closed, before a server or a firewall does it. Milliseconds. */
const IDLE_MS = 60_000;
/** How long a server may take to hear that a connection ends. One that is frozen never does. */
const GOODBYE_MS = 1000;

/** Connections for one transaction at a time, opened as needed. */
export class SessionPool {
  readonly #open: () => Promise<Session>;
  readonly #size: number;
  /** The one that was used last comes first, so that those that are not needed stay idle. */
  readonly #idle: { readonly session: Session; readonly sinceMs: number }[] = [];
  readonly #all: Set<Session> = new Set();
  readonly #waiters: Waiter[] = [];
  readonly #onLost: (error: unknown) => void;
  #opening = 0;
  #tidying: NodeJS.Timeout | undefined;
  #closed: Error | undefined;

  /** @param onLost - called for every connection that ends, unless it was closed from here */
  constructor(open: () => Promise<Session>, size: number, onLost: (error: unknown) => void) {
    this.#open = open;
    this.#size = size;
    this.#onLost = onLost;
  }

  /** @returns a connection for the caller alone, and whether it was opened just now */
  async acquire(): Promise<{ readonly session: Session; readonly fresh: boolean }> {
    for (;;) {
      if (this.#closed !== undefined) throw this.#closed;
      const session = this.#idle.pop()?.session;
      if (session !== undefined) {
        if (!session.broken) return { session, fresh: false };
        this.#all.delete(session);
      } else if (this.#all.size + this.#opening < this.#size) {
        return { session: await this.#openOne(), fresh: true };
      } else {
        const waiter = Promise.withResolvers<Session>();
        this.#waiters.push(waiter);
        return { session: await waiter.promise, fresh: false };
      }
    }
  }

  release(session: Session): void {
    if (session.broken || this.#closed !== undefined) {
      this.#all.delete(session);
      session.destroy();
      this.#serveWithNew();
      return;
    }
    const waiter = this.#waiters.shift();
    if (waiter !== undefined) {
      waiter.resolve(session);
      return;
    }
    this.#idle.push({ session, sinceMs: performance.now() });
    this.#tidying ??= setTimeout(() => this.#tidy(), IDLE_MS).unref();
  }

  /** Ends all connections: idle ones in good order, those at work when they are released, at once. */
  async close(reason: Error): Promise<void> {
    this.#closed = reason;
    for (const waiter of this.#waiters.splice(0)) waiter.reject(reason);
    clearTimeout(this.#tidying);
    await Promise.allSettled(this.#idle.splice(0).map(({ session }) => this.#closeOne(session)));
  }

  /** Those at the front are idle for longest. */
  #tidy(): void {
    const before = performance.now() - IDLE_MS;
    while (this.#idle[0] !== undefined && this.#idle[0].sinceMs <= before) {
      void this.#closeOne(this.#idle.shift()!.session).catch(() => {});
    }
    this.#tidying = this.#idle.length === 0 ? undefined : setTimeout(() => this.#tidy(), IDLE_MS).unref();
  }

  async #closeOne(session: Session): Promise<void> {
    this.#all.delete(session);
    const impatience = setTimeout(() => session.destroy(), GOODBYE_MS);
    await session.close().finally(() => clearTimeout(impatience));
  }

  async #openOne(): Promise<Session> {
    this.#opening += 1;
    let session: Session;
    try {
      session = await this.#open();
    } catch (error) {
      this.#opening -= 1;
      this.#serveWithNew();
      throw error;
    }
    this.#opening -= 1;
    if (this.#closed !== undefined) {
      session.destroy();
      throw this.#closed;
    }
    session.onLost = this.#onLost;
    this.#all.add(session);
    return session;
  }

  /** A place has become free, but no connection: whoever waits first gets a new one, or hears why there is none. */
  #serveWithNew(): void {
    const waiter = this.#waiters.shift();
    if (waiter === undefined) return;
    this.#openOne().then(waiter.resolve, waiter.reject);
  }
}
