import type { Backend } from '@celeriac/backend';
import {
  type AcceptList,
  type Clock,
  type Compression,
  type CompressionRegistry,
  LamportClock,
  type Logger,
  type MessageLimits,
  type Serializer,
  type SerializerRegistry,
} from '@celeriac/protocol';
import { type ConnectionGuard, ConnectionLostError } from '@celeriac/transport';
import { Publisher } from '../publish/publisher.ts';
import { ErrorRegistry } from '../result/failure-error.ts';
import { ResultConsumer } from '../result/result-consumer.ts';
import { ResultWriter } from '../result/result-writer.ts';
import { QueueTable } from '../settings/queue-table.ts';
import type { Settings } from '../settings/settings.ts';
import { Signals } from '../signals/signals.ts';
import { AppTasks } from '../task/app-tasks.ts';
import type { AppRuntime, ConsumedQueues } from './app-runtime.ts';
import { Lazy } from './lazy.ts';
import {
  makeAcceptList,
  makeBackend,
  makeCompressions,
  makeGuard,
  makeLimits,
  makeLogger,
  makeSerializers,
  type PartsContext,
} from './runtime-parts.ts';

/** What an app is made from. */
export interface RuntimeSource {
  readonly name: string;
  /** Settles the settings, from all sources. */
  readonly settings: () => Settings;
  readonly clock: Clock;
  /** Default: standard error, as the settings say. */
  readonly logger: Logger | undefined;
  readonly serializers: readonly Serializer[];
  readonly compressions: readonly Compression[];
  /** The application's folder. */
  readonly folder: () => string;
  readonly loadTasks: (settings: Settings) => Promise<void>;
}

/** How long `close` waits for the broker connection to end. */
const CLOSE_MS = 5000;

/** The runtime of one app. Every part is made on first use and forgotten on close. */
export class Runtime implements AppRuntime {
  readonly name: string;
  readonly clock: Clock;
  readonly tasks: AppTasks;
  readonly serializers: SerializerRegistry;
  readonly compressions: CompressionRegistry;
  readonly signals: Signals;
  readonly lamport: LamportClock = new LamportClock();
  readonly errors: ErrorRegistry = new ErrorRegistry();
  readonly #source: RuntimeSource;
  readonly #settings: Lazy<Settings>;
  readonly #logger: Lazy<Logger>;
  readonly #queues: Lazy<QueueTable>;
  readonly #accept: Lazy<AcceptList>;
  readonly #limits: Lazy<MessageLimits>;
  readonly #publisher: Lazy<Publisher>;
  readonly #results: Lazy<ResultWriter>;
  readonly #waiting: Lazy<ResultConsumer>;
  readonly #writer: Lazy<ConnectionGuard>;
  readonly #backend: Lazy<Promise<Backend | undefined>>;

  constructor(source: RuntimeSource) {
    this.#source = source;
    this.name = source.name;
    this.clock = source.clock;
    this.serializers = makeSerializers(source.serializers);
    this.compressions = makeCompressions(source.compressions);
    this.tasks = new AppTasks(() => this.settings);
    this.signals = new Signals(() => this.logger);
    this.#settings = new Lazy(source.settings);
    this.#logger = new Lazy(() => source.logger ?? makeLogger(this.settings, this.clock));
    this.#queues = new Lazy(() => new QueueTable(this.settings));
    this.#accept = new Lazy(() => makeAcceptList(this.settings, this.serializers));
    this.#limits = new Lazy(() => makeLimits(this.settings));
    this.#publisher = new Lazy(() => new Publisher(this));
    this.#writer = new Lazy(() => makeGuard(this.settings.brokerWriteUrl ?? this.settings.brokerUrl, this.#context()));
    this.#backend = new Lazy(() => this.#connectBackend());
    const backend = (): Promise<Backend | undefined> => this.backend();
    const { clock, errors } = this;
    this.#results = new Lazy(
      () => new ResultWriter({ backend, clock, settings: () => this.settings, logger: () => this.logger }),
    );
    this.#waiting = new Lazy(() => new ResultConsumer({ backend, clock, errors }));
  }

  get settings(): Settings {
    return this.#settings.value;
  }

  get logger(): Logger {
    return this.#logger.value;
  }

  get queueTable(): QueueTable {
    return this.#queues.value;
  }

  get accept(): AcceptList {
    return this.#accept.value;
  }

  get limits(): MessageLimits {
    return this.#limits.value;
  }

  get publisher(): Publisher {
    return this.#publisher.value;
  }

  get results(): ResultWriter {
    return this.#results.value;
  }

  /** Waits for results. */
  get consumer(): ResultConsumer {
    return this.#waiting.value;
  }

  /** Whether settings were settled, so that it is too late to change them. */
  get isSettled(): boolean {
    return this.#settings.current !== undefined;
  }

  writer(): ConnectionGuard {
    return this.#writer.value;
  }

  openReader(): ConnectionGuard {
    return makeGuard(this.settings.brokerReadUrl ?? this.settings.brokerUrl, this.#context());
  }

  backend(): Promise<Backend | undefined> {
    return this.#backend.value;
  }

  queues(selected?: readonly string[], excluded?: readonly string[]): ConsumedQueues {
    return this.queueTable.consumed(selected, excluded);
  }

  loadTasks(): Promise<void> {
    return this.#source.loadTasks(this.settings);
  }

  /** Results on their way are stored first. */
  async close(): Promise<void> {
    await this.#results.reset()?.close();
    const { publisher: _publisher, writer, backend, waiting } = this.#release();
    await waiting?.close(new ConnectionLostError('the result store', 'the application was closed'));
    await writer?.stop(CLOSE_MS);
    const connected = await backend?.catch(() => undefined);
    await connected?.close();
  }

  /** Settings have changed: everything made from the old ones is forgotten. Nothing may be connected. */
  forgetSettings(): void {
    for (const part of [this.#settings, this.#logger, this.#queues, this.#accept, this.#limits]) part.reset();
    this.tasks.reset();
  }

  /** Whether a connection was made, or is being made. */
  get isConnected(): boolean {
    return this.#writer.current !== undefined || this.#backend.current !== undefined;
  }

  #release(): {
    readonly publisher: Publisher | undefined;
    readonly writer: ConnectionGuard | undefined;
    readonly backend: Promise<Backend | undefined> | undefined;
    readonly waiting: ResultConsumer | undefined;
  } {
    return {
      publisher: this.#publisher.reset(),
      writer: this.#writer.reset(),
      backend: this.#backend.reset(),
      waiting: this.#waiting.reset(),
    };
  }

  #context(): PartsContext {
    return { settings: this.settings, clock: this.clock, logger: this.logger, folder: this.#source.folder() };
  }

  /** A failed connection is not kept: the next one who asks tries again. */
  async #connectBackend(): Promise<Backend | undefined> {
    try {
      const backend = makeBackend(this.#context(), this.serializers);
      await backend?.connect();
      return backend;
    } catch (error) {
      this.#backend.reset();
      throw error;
    }
  }
}
