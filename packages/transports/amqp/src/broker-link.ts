import type { Logger } from '@celeriac/protocol';
import { ConnectionLostError } from '@celeriac/transport';
import { type Channel, type ChannelModel, type ConfirmChannel, connect, credentials } from 'amqplib';
import { connectError, reasonOf } from './amqp-errors.ts';
import type { AmqpSettings } from './amqp-options.ts';
import { AmqplibSocket } from './amqplib-socket.ts';

/** How long a broker may take to say goodbye. */
const CLOSE_TIMEOUT_MS = 2000;
const PRODUCT = 'Celeriac';

/** What a link tells about itself. */
export interface LinkListener {
  /** The connection has gone without {@link BrokerLink.close}. Called once. */
  lost(error: ConnectionLostError): void;
  /** The broker takes no more messages (a reason), or takes them again (undefined). */
  blocked(reason: string | undefined): void;
}

/** One AMQP connection. */
export class BrokerLink {
  readonly url: string;
  readonly socket: AmqplibSocket;
  readonly #model: ChannelModel;
  readonly #listeners = new Set<LinkListener>();
  #lost: ConnectionLostError | undefined;
  #blocked: string | undefined;
  #closing: Promise<void> | undefined;

  private constructor(model: ChannelModel, url: string) {
    this.#model = model;
    this.url = url;
    this.socket = new AmqplibSocket(model);
    this.socket.shieldHeaderTables();
  }

  /**
   * @param url - masked, for errors
   * @param role - shown with the name of the connection
   * @throws {ConnectionLostError} when the broker cannot be reached
   * @throws {BrokerAccessError} when it refuses the login
   */
  static async open(settings: AmqpSettings, url: string, role: string, logger: Logger): Promise<BrokerLink> {
    const model = await openModel(settings, role).catch((error: unknown) => {
      throw connectError(url, error);
    });
    const link = new BrokerLink(model, url);
    link.#listen(logger);
    return link;
  }

  get alive(): boolean {
    return this.#lost === undefined && this.#closing === undefined;
  }

  /** Why the broker takes no messages now. */
  get blockedReason(): string | undefined {
    return this.#blocked;
  }

  /** The error to give to who uses a link that is gone. */
  get loss(): ConnectionLostError {
    return this.#lost ?? new ConnectionLostError(this.url, 'the connection was closed');
  }

  /** @returns stops listening */
  listen(listener: LinkListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** @throws {ConnectionLostError} */
  async openChannel(): Promise<Channel> {
    return this.#prepared(await this.#opened(() => this.#model.createChannel()));
  }

  /** With publisher confirms. @throws {ConnectionLostError} */
  async openConfirmChannel(): Promise<ConfirmChannel> {
    return this.#prepared(await this.#opened(() => this.#model.createConfirmChannel()));
  }

  /** Says goodbye, or hangs up after two seconds. Safe to call twice. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Hangs up without a word: the broker sees a dead client. */
  kill(): void {
    this.socket.destroy(new Error('hung up'));
  }

  async #close(): Promise<void> {
    if (this.#lost !== undefined) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(() => {
      this.kill();
      resolve();
    }, CLOSE_TIMEOUT_MS);
    try {
      // A connection that ends while it says goodbye has ended.
      await Promise.race([this.#model.close().catch(() => {}), promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #opened<T>(open: () => Promise<T>): Promise<T> {
    if (!this.alive) throw this.loss;
    try {
      return await open();
    } catch (error) {
      throw this.#lost ?? new ConnectionLostError(this.url, reasonOf(error), { cause: error });
    }
  }

  /** Without a listener an error of a channel would end the process; its reason arrives in the failing operation too. */
  #prepared<C extends Channel>(channel: C): C {
    channel.on('error', () => {});
    return channel;
  }

  #listen(logger: Logger): void {
    const model = this.#model;
    let reason: unknown;
    model.on('error', (error: Error) => {
      reason ??= error;
    });
    model.on('close', (error?: Error) => {
      this.socket.ignoreErrors();
      if (this.#closing !== undefined || this.#lost !== undefined) return;
      const lost = new ConnectionLostError(this.url, reasonOf(reason ?? error ?? 'closed by the broker'), {
        cause: reason ?? error,
      });
      this.#lost = lost;
      for (const listener of [...this.#listeners]) listener.lost(lost);
    });
    model.on('blocked', (why: string) => this.#setBlocked(why, logger));
    model.on('unblocked', () => this.#setBlocked(undefined, logger));
  }

  #setBlocked(reason: string | undefined, logger: Logger): void {
    this.#blocked = reason;
    if (reason === undefined) logger.info('The broker takes messages again', { url: this.url });
    else logger.warning('The broker blocks publishers', { url: this.url, reason });
    for (const listener of [...this.#listeners]) listener.blocked(reason);
  }
}

function openModel(settings: AmqpSettings, role: string): Promise<ChannelModel> {
  const { username, password, loginMethod, tls } = settings;
  return connect(
    {
      protocol: tls === undefined ? 'amqp' : 'amqps',
      hostname: settings.host,
      port: settings.port,
      vhost: encodeURIComponent(settings.vhost),
      heartbeat: settings.heartbeatSeconds,
    },
    {
      ...tls,
      credentials: loginMethod === 'external' ? credentials.external() : credentials[loginMethod](username, password),
      timeout: settings.connectTimeoutMs,
      noDelay: true,
      keepAlive: true,
      keepAliveDelay: 30_000,
      clientProperties: {
        ...settings.clientProperties,
        product: PRODUCT,
        connection_name: `${settings.connectionName} (${role})`,
      },
    },
  );
}
