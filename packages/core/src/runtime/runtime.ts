import { hostname } from 'node:os';
import type { Backend } from '@celeriac/backend';
import {
  type AcceptList,
  type Clock,
  CompressionRegistry,
  LamportClock,
  type Logger,
  type MessageLimits,
  SerializerRegistry,
  uuid,
} from '@celeriac/protocol';
import { type ConnectionGuard, ConnectionLostError, type OutgoingMessage } from '@celeriac/transport';
import type { AppSteps } from '../app/app-steps.ts';
import { builtinTasks } from '../builtin/builtin-tasks.ts';
import { AppCaller } from '../call/app-caller.ts';
import type { ControlCommands } from '../control/control-commands.ts';
import { Mailbox } from '../control/mailbox.ts';
import { EventDispatcher } from '../events/event-dispatcher.ts';
import type { EventSource } from '../events/event-source.ts';
import type { RunMiddlewares } from '../execute/run-middleware.ts';
import type { PeriodicEntry } from '../periodic/periodic-entry.ts';
import { loadOptionalPackage } from '../plugins/load-plugin.ts';
import { Publisher } from '../publish/publisher.ts';
import { ResultConsumer } from '../result/result-consumer.ts';
import { ResultWriter } from '../result/result-writer.ts';
import { registerAuth, usesAuth } from '../security/register-auth.ts';
import { QueueTable } from '../settings/queue-table.ts';
import type { Settings } from '../settings/settings.ts';
import type { Signals } from '../signals/signals.ts';
import type { AppTasks } from '../task/app-tasks.ts';
import type { ApplyOptions } from '../task/apply-options.ts';
import type { DefinedTask } from '../task/defined-task.ts';
import type { TaskCaller } from '../task/task-caller.ts';
import type { TaskContext } from '../task/task-context.ts';
import type { AppEngine } from './app-engine.ts';
import type { AppRuntime, ConsumedQueues } from './app-runtime.ts';
import type { AppState } from './app-state.ts';
import { checkCodecSettings, checkTaskCodecs } from './check-codecs.ts';
import { Lazy } from './lazy.ts';
import { repliesByMessage } from './replies-by-message.ts';
import {
  makeAcceptList,
  makeBackend,
  makeGuard,
  makeLimits,
  type PartsContext,
  readerRetries,
} from './runtime-parts.ts';

/** How long `close` waits for the broker connection to end. */
const CLOSE_MS = 5000;
/** How long events may take to leave when the app is closed. */
const LAST_EVENTS_MS = 1000;

/** The runtime of one app. Every part is made on first use and forgotten on close. */
export class Runtime implements AppEngine {
  readonly name: string;
  readonly clock: Clock;
  readonly tasks: AppTasks;
  readonly serializers: SerializerRegistry;
  readonly compressions: CompressionRegistry;
  readonly signals: Signals;
  readonly steps: AppSteps;
  readonly middleware: RunMiddlewares;
  readonly lamport: LamportClock = new LamportClock();
  readonly replyTo: string = uuid();
  readonly caller: TaskCaller;
  readonly #state: AppState;
  readonly #queues: Lazy<QueueTable>;
  readonly #accept: Lazy<AcceptList>;
  readonly #limits: Lazy<MessageLimits>;
  readonly #publisher: Lazy<Publisher>;
  readonly #results: Lazy<ResultWriter>;
  readonly #waiting: Lazy<ResultConsumer>;
  readonly #writer: Lazy<ConnectionGuard>;
  readonly #events: Lazy<EventDispatcher>;
  readonly #backend: Lazy<Promise<Backend | undefined>>;
  readonly #mailbox: Lazy<Mailbox>;
  /** The settings that were found to be right. */
  #checked: Settings | undefined;

  constructor(state: AppState) {
    this.#state = state;
    this.name = state.name;
    this.clock = state.clock;
    this.tasks = state.tasks;
    this.serializers = new SerializerRegistry(state.serializers);
    this.compressions = new CompressionRegistry(state.compressions);
    this.signals = state.signals;
    this.steps = state.steps;
    this.middleware = state.middleware;
    this.#queues = new Lazy(() => new QueueTable(this.settings));
    this.#accept = new Lazy(() => makeAcceptList(this.settings, this.serializers));
    this.#limits = new Lazy(() => makeLimits(this.settings));
    this.#publisher = new Lazy(() => new Publisher(this));
    this.#mailbox = new Lazy(() => new Mailbox(this));
    this.#writer = new Lazy(() => makeGuard(this.settings.brokerWriteUrl ?? this.settings.brokerUrl, this.#context()));
    this.#events = new Lazy(() => this.openEvents({ hostname: `gen${process.pid}@${hostname()}` }));
    this.#backend = new Lazy(() => this.#connectBackend());
    const backend = (): Promise<Backend | undefined> => this.backend();
    const { clock } = this;
    const { errors } = state;
    this.#results = new Lazy(
      () => new ResultWriter({ backend, clock, settings: () => this.settings, logger: () => this.logger }),
    );
    this.#waiting = new Lazy(() => new ResultConsumer({ backend, clock, errors }));
    this.caller = new AppCaller(this, errors);
    state.tasks.addBuiltins(builtinsOf(this));
    state.tasks.checkWith((name, options) => checkTaskCodecs(name, options, this));
  }

  /** @throws {ConfigurationError} also for a serializer or compression that is not registered */
  get settings(): Settings {
    const { settings } = this.#state;
    if (settings !== this.#checked) this.#checkCodecs(settings);
    this.#checked = settings;
    return settings;
  }

  get folder(): string {
    return this.#state.folder();
  }

  get logger(): Logger {
    return this.#state.logger;
  }

  get periodicTasks(): ReadonlyMap<string, PeriodicEntry> {
    return this.#state.periodic.entries;
  }

  get controlCommands(): ControlCommands {
    return this.#state.controlCommands;
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

  get mailbox(): Mailbox {
    return this.#mailbox.value;
  }

  /** Waits for results. */
  get consumer(): ResultConsumer {
    return this.#waiting.value;
  }

  get events(): EventDispatcher {
    return this.#events.value;
  }

  openEvents(source: EventSource): EventDispatcher {
    const { settings, clock, lamport, logger, serializers } = this;
    const { eventExchange: exchange, eventSerializer: serializer } = settings;
    return new EventDispatcher({
      ...source,
      guard: this.writer(),
      clock,
      lamport,
      logger,
      serializers,
      exchange,
      serializer,
    });
  }

  writer(): ConnectionGuard {
    return this.#writer.value;
  }

  openReader(): ConnectionGuard {
    const { settings } = this;
    return makeGuard(settings.brokerReadUrl ?? settings.brokerUrl, this.#context(), readerRetries(settings));
  }

  async readyForReplies(): Promise<void> {
    if (repliesByMessage(this.settings)) await this.backend();
  }

  backend(): Promise<Backend | undefined> {
    return this.#backend.value;
  }

  queues(selected?: readonly string[], excluded?: readonly string[]): ConsumedQueues {
    return this.queueTable.consumed(selected, excluded);
  }

  loadOptionalPackage(name: string, purpose: string): unknown {
    return loadOptionalPackage(name, purpose, this.#state.folder());
  }

  loadTasks(): Promise<void> {
    return this.#state.loadTasks();
  }

  /** Results on their way are stored first. */
  async close(): Promise<void> {
    await Promise.all([
      this.#results.reset()?.close(),
      this.#events.reset()?.close(LAST_EVENTS_MS),
      this.#mailbox.reset()?.close(),
    ]);
    const { publisher, writer, backend, waiting } = this.#release();
    publisher?.close();
    await waiting?.close(new ConnectionLostError('the result store', 'the application was closed'));
    await writer?.stop(CLOSE_MS);
    const connected = await backend?.catch(() => undefined);
    await connected?.close();
  }

  forgetSettings(): void {
    this.#queues.reset();
    this.#accept.reset();
    this.#limits.reset();
    this.#publisher.reset();
  }

  publish(message: OutgoingMessage, options: Pick<ApplyOptions, 'retry' | 'retryPolicy'>): Promise<void> {
    return this.publisher.publish(message, options);
  }

  async purge(queues: readonly string[] | undefined): Promise<number> {
    const table = this.queueTable;
    const purged = (queues ?? table.names).map((name) => table.get(name)).filter(({ broadcast }) => !broadcast);
    const counts = await this.writer().run(async (transport) => {
      for (const { topology } of purged) await transport.declare(topology);
      return Promise.all(purged.map(({ name }) => transport.purge(name)));
    });
    return counts.reduce((total, count) => total + count, 0);
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

  #checkCodecs(settings: Settings): void {
    if (usesAuth(settings)) registerAuth(settings, this.serializers, this.#state.folder(), this.clock);
    checkCodecSettings(settings, this);
  }

  #context(): PartsContext {
    return { settings: this.settings, clock: this.clock, logger: this.logger, folder: this.#state.folder() };
  }

  /** A failed connection is not kept: the next one who asks tries again. */
  async #connectBackend(): Promise<Backend | undefined> {
    try {
      const { replyTo } = this;
      const openBroker = (): ConnectionGuard => this.openReader();
      const backend = makeBackend(this.#context(), this.serializers, { replyTo, openBroker });
      await backend?.connect();
      return backend;
    } catch (error) {
      this.#backend.reset();
      throw error;
    }
  }
}

/** The runtime of an app's state; made on first use. */
export function engineOf(state: AppState): AppEngine {
  state.engine ??= new Runtime(state);
  return state.engine;
}

function builtinsOf(runtime: AppRuntime): ReadonlyMap<string, DefinedTask> {
  const entries = builtinTasks.map(({ name, parameters, options, run }): [string, DefinedTask] => {
    const call = (context: unknown, ...args: unknown[]): unknown => run(runtime, context as TaskContext, ...args);
    return [name, { run: call, bind: true, parameters, options }];
  });
  return new Map(entries);
}
