import type { Backend } from '@celeriac/backend';
import type {
  AcceptList,
  Clock,
  CompressionRegistry,
  LamportClock,
  Logger,
  MessageLimits,
  SerializerRegistry,
} from '@celeriac/protocol';
import type { ConnectionGuard, Topology } from '@celeriac/transport';
import type { AppSteps } from '../app/app-steps.ts';
import type { CommandSender } from '../control/broadcast.ts';
import type { ControlCommands } from '../control/control-commands.ts';
import type { EventDispatcher } from '../events/event-dispatcher.ts';
import type { EventSource } from '../events/event-source.ts';
import type { RunMiddlewares } from '../execute/run-middleware.ts';
import type { PeriodicEntry } from '../periodic/periodic-entry.ts';
import type { TaskPublisher } from '../publish/task-publisher.ts';
import type { ResultWriter } from '../result/result-writer.ts';
import type { QueueTable } from '../settings/queue-table.ts';
import type { Settings } from '../settings/settings.ts';
import type { Signals } from '../signals/signals.ts';
import type { TaskCaller } from '../task/task-caller.ts';
import type { TaskRegistry } from '../task/task-registry.ts';

/** The queues that a worker reads. */
export interface ConsumedQueues {
  readonly names: readonly string[];
  /** Everything to declare before reading them. */
  readonly topology: Topology;
}

/**
 * What a worker, the CLI and the testing package use of an app; got by `runtimeOf(app)`. Each part is made on first use:
 * reading `settings` connects to nothing.
 */
export interface AppRuntime {
  readonly name: string;
  /** The application's folder: packages are looked up from there. */
  readonly folder: string;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly tasks: TaskRegistry;
  /** Periodic tasks that code has added, by name; those of `beatSchedule` are not among them. */
  readonly periodicTasks: ReadonlyMap<string, PeriodicEntry>;
  /** Makes the calls of handles. */
  readonly caller: TaskCaller;
  readonly serializers: SerializerRegistry;
  readonly compressions: CompressionRegistry;
  /** Content types that a worker decodes (`acceptContent`). */
  readonly accept: AcceptList;
  readonly limits: MessageLimits;
  readonly signals: Signals;
  /** What the app adds to the bootsteps of its workers. */
  readonly steps: AppSteps;
  /** What goes around the code of its tasks. */
  readonly middleware: RunMiddlewares;
  readonly lamport: LamportClock;
  /** The reply queue that every task sent by this process names, as Celery's `oid`. */
  readonly replyTo: string;
  /** Where queues, exchanges and bindings of `taskQueues` are looked up. */
  readonly queueTable: QueueTable;
  readonly publisher: TaskPublisher;
  readonly results: ResultWriter;
  /** Sends events of this process as a client: `task-sent`, and what tasks send themselves. */
  readonly events: EventDispatcher;
  /** Something that sends events under a name of its own, as a worker does. The caller closes it. */
  openEvents(source: EventSource): EventDispatcher;
  /** Sends commands to workers. */
  readonly mailbox: CommandSender;
  /** The commands that workers obey. */
  readonly controlCommands: ControlCommands;
  /** The shared connection for sending; a worker makes its own for reading with `openReader`. */
  writer(): ConnectionGuard;
  /** A connection of its own for consuming (`brokerReadUrl`). The caller closes it. */
  openReader(): ConnectionGuard;
  /** Resolves when a reply to a task that is sent now would be received. */
  readyForReplies(): Promise<void>;
  /** Connected; undefined when results are disabled. */
  backend(): Promise<Backend | undefined>;
  /** @throws {ConfigurationError} for a queue that is not in `taskQueues` while `taskCreateMissingQueues` is off */
  queues(selected?: readonly string[], excluded?: readonly string[]): ConsumedQueues;
  /**
   * What a package exports that the application may have installed.
   * @throws {PackageNotInstalledError} with the command that installs it | @throws {PluginLoadError}
   */
  loadOptionalPackage(name: string, purpose: string): unknown;
  /** Imports the modules of `imports` and `include`. Rejects with the module's name and the reason. */
  loadTasks(): Promise<void>;
  /** Closes connections and timers; the app can be used again. */
  close(): Promise<void>;
}
