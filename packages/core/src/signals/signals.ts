import type { Logger, LogLevel, RawMessage, TaskCall, TaskRequest } from '@celeriac/protocol';
import type { SettingsInput } from '../app/app-options.ts';
import type { Settings } from '../settings/settings.ts';
import type { RegisteredTask } from '../task/registered-task.ts';
import { Signal } from './signal.ts';

/** A run of a task. */
export interface TaskRunPayload {
  readonly taskId: string;
  readonly task: RegisteredTask;
  readonly args: readonly unknown[];
  readonly kwargs: { readonly [name: string]: unknown };
}

/** Something about a worker. */
export interface WorkerPayload {
  /** The worker's node name. */
  readonly hostname: string;
}

/** A message that is about to be sent. */
export interface PublishPayload {
  /** May be changed: arguments, headers and all else go out as the handlers leave them. The id is given away already. */
  readonly call: { -readonly [Name in keyof TaskCall]: TaskCall[Name] };
  readonly exchange: string;
  readonly routingKey: string;
}

/** A worker that reads its settings. */
export interface WorkerSetupPayload extends WorkerPayload {
  /** Gives this worker settings that win over all others; those of its options stand. */
  readonly configure: (settings: SettingsInput) => void;
}

/** A log about to be set up. */
export interface SetupLoggingPayload {
  readonly level: LogLevel;
  readonly format: 'text' | 'json';
  /** Logs to this one instead of standard error. */
  readonly use: (logger: Logger) => void;
}

/** Something about a beat. */
export interface BeatPayload {
  /** The app's name. */
  readonly app: string;
}

/** The payload of each signal. */
export interface SignalPayloads {
  beforeTaskPublish: PublishPayload;
  afterTaskPublish: {
    readonly task: string;
    readonly message: RawMessage;
    readonly exchange: string;
    readonly routingKey: string;
  };
  taskReceived: { readonly request: TaskRequest };
  taskPrerun: TaskRunPayload;
  taskPostrun: TaskRunPayload & { readonly result: unknown; readonly state: string };
  taskSuccess: TaskRunPayload & { readonly result: unknown };
  taskFailure: TaskRunPayload & { readonly exception: unknown; readonly traceback: string | null };
  taskRetry: TaskRunPayload & { readonly reason: string };
  taskInternalError: { readonly taskId: string; readonly name: string; readonly exception: unknown };
  taskRevoked: {
    readonly request: TaskRequest;
    readonly terminated: boolean;
    readonly signal: string | null;
    readonly expired: boolean;
  };
  taskUnknown: { readonly name: string; readonly id: string; readonly message: RawMessage };
  taskRejected: { readonly reason: string; readonly message: RawMessage };
  celerydInit: WorkerSetupPayload;
  celerydAfterSetup: WorkerPayload & { readonly settings: Settings };
  workerInit: WorkerPayload;
  workerBeforeCreateProcess: WorkerPayload;
  heartbeatSent: WorkerPayload;
  workerReady: WorkerPayload;
  workerShuttingDown: WorkerPayload & { readonly signal: string; readonly how: 'warm' | 'cold' };
  workerShutdown: WorkerPayload;
  workerProcessInit: WorkerPayload;
  workerProcessShutdown: WorkerPayload & { readonly exitCode: number };
  importModules: { readonly app: string };
  setupLogging: SetupLoggingPayload;
  afterSetupLogger: { readonly logger: Logger };
  beatInit: BeatPayload;
  beatEmbeddedInit: BeatPayload;
}

/**
 * The signals of one app.
 * @see celery/signals.py
 */
export class Signals {
  /** Sender of both publish signals: the task's name. */
  readonly beforeTaskPublish: Signal<SignalPayloads['beforeTaskPublish']>;
  readonly afterTaskPublish: Signal<SignalPayloads['afterTaskPublish']>;
  /** Sender: the task's name, as for all task signals. */
  readonly taskReceived: Signal<SignalPayloads['taskReceived']>;
  readonly taskPrerun: Signal<SignalPayloads['taskPrerun']>;
  readonly taskPostrun: Signal<SignalPayloads['taskPostrun']>;
  readonly taskSuccess: Signal<SignalPayloads['taskSuccess']>;
  readonly taskFailure: Signal<SignalPayloads['taskFailure']>;
  readonly taskRetry: Signal<SignalPayloads['taskRetry']>;
  /** Something outside of the task's own code went wrong. */
  readonly taskInternalError: Signal<SignalPayloads['taskInternalError']>;
  readonly taskRevoked: Signal<SignalPayloads['taskRevoked']>;
  /** A message names a task that is not registered. */
  readonly taskUnknown: Signal<SignalPayloads['taskUnknown']>;
  /** A message that is none could not be read. No sender. */
  readonly taskRejected: Signal<SignalPayloads['taskRejected']>;
  /**
   * A worker is made, with its settings still open: those that depend on its name are given here. Sender: the worker's
   * node name, as for all worker signals. Handlers must not take their time.
   */
  readonly celerydInit: Signal<SignalPayloads['celerydInit']>;
  /** A worker's settings stand; it has not started. */
  readonly celerydAfterSetup: Signal<SignalPayloads['celerydAfterSetup']>;
  readonly workerInit: Signal<SignalPayloads['workerInit']>;
  /** In the worker, before a child process is made. */
  readonly workerBeforeCreateProcess: Signal<SignalPayloads['workerBeforeCreateProcess']>;
  /** A worker has told the others that it is there. */
  readonly heartbeatSent: Signal<SignalPayloads['heartbeatSent']>;
  readonly workerReady: Signal<SignalPayloads['workerReady']>;
  readonly workerShuttingDown: Signal<SignalPayloads['workerShuttingDown']>;
  readonly workerShutdown: Signal<SignalPayloads['workerShutdown']>;
  /** In a child process of the pool, before its first task. */
  readonly workerProcessInit: Signal<SignalPayloads['workerProcessInit']>;
  readonly workerProcessShutdown: Signal<SignalPayloads['workerProcessShutdown']>;
  /** A beat starts. Sender: the app's name. */
  readonly beatInit: Signal<SignalPayloads['beatInit']>;
  /** A beat starts inside of a worker. */
  readonly beatEmbeddedInit: Signal<SignalPayloads['beatEmbeddedInit']>;

  /** The modules of tasks are about to be imported. Sender: the app's name. */
  readonly importModules: Signal<SignalPayloads['importModules']>;
  /** Nothing has been logged yet; the handler may bring a log of its own. Without a sender. */
  readonly setupLogging: Signal<SignalPayloads['setupLogging']>;
  readonly afterSetupLogger: Signal<SignalPayloads['afterSetupLogger']>;

  /** @param logger - for errors of handlers; asked for when there is one */
  constructor(logger: () => Logger) {
    const runSender = ({ task }: TaskRunPayload): string => task.name;
    const requestSender = ({ request }: { readonly request: TaskRequest }): string => request.task;
    const workerSender = ({ hostname }: WorkerPayload): string => hostname;
    const make = <Name extends keyof SignalPayloads>(
      name: Name,
      senderOf: (payload: SignalPayloads[Name]) => string | undefined,
    ): Signal<SignalPayloads[Name]> => new Signal(name, senderOf, logger);
    this.beforeTaskPublish = make('beforeTaskPublish', ({ call }) => call.task);
    this.afterTaskPublish = make('afterTaskPublish', ({ task }) => task);
    this.taskReceived = make('taskReceived', requestSender);
    this.taskPrerun = make('taskPrerun', runSender);
    this.taskPostrun = make('taskPostrun', runSender);
    this.taskSuccess = make('taskSuccess', runSender);
    this.taskFailure = make('taskFailure', runSender);
    this.taskRetry = make('taskRetry', runSender);
    this.taskInternalError = make('taskInternalError', ({ name }) => name);
    this.taskRevoked = make('taskRevoked', requestSender);
    this.taskUnknown = make('taskUnknown', ({ name }) => name);
    this.taskRejected = make('taskRejected', () => undefined);
    this.celerydInit = make('celerydInit', workerSender);
    this.celerydAfterSetup = make('celerydAfterSetup', workerSender);
    this.workerInit = make('workerInit', workerSender);
    this.workerBeforeCreateProcess = make('workerBeforeCreateProcess', workerSender);
    this.heartbeatSent = make('heartbeatSent', workerSender);
    this.workerReady = make('workerReady', workerSender);
    this.workerShuttingDown = make('workerShuttingDown', workerSender);
    this.workerShutdown = make('workerShutdown', workerSender);
    this.workerProcessInit = make('workerProcessInit', workerSender);
    this.workerProcessShutdown = make('workerProcessShutdown', workerSender);
    this.importModules = make('importModules', ({ app }) => app);
    this.setupLogging = make('setupLogging', () => undefined);
    this.afterSetupLogger = make('afterSetupLogger', () => undefined);
    this.beatInit = make('beatInit', ({ app }) => app);
    this.beatEmbeddedInit = make('beatEmbeddedInit', ({ app }) => app);
  }
}
