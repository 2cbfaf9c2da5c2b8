import type { BackendPlugin } from '@celeriac/backend';
import type { LogLevel } from '@celeriac/protocol';
import type { ExchangeType, FailoverStrategy, PublishRetryPolicy, TransportPlugin } from '@celeriac/transport';
import type { PeriodicEntries } from '../periodic/periodic-entry.ts';
import type { TaskAnnotations } from '../task/task-options.ts';
import type { TaskQueues } from './queue-definition.ts';
import type { TaskRoutes } from './task-routes.ts';

/**
 * All settings of an app, complete and frozen. Names are Celery's in camelCase; durations are in Celery's unit, which is
 * seconds unless the name ends in `Ms`. `undefined` is Celery's `None` where None means "not set".
 */
export interface Settings {
  // Modules and content
  /** Serializer names or content types that are decoded; everything else is refused unread. `['json']` */
  readonly acceptContent: readonly string[];
  /** Whether times without an offset are in UTC; else they are in `timezone`, else in the machine's own zone. true */
  readonly enableUtc: boolean;
  /** IANA zone of schedules, `Europe/Berlin` for instance; UTC when not set and `enableUtc` is on. */
  readonly timezone: string | undefined;
  /** Modules that a worker imports at its start, before those of `include`. */
  readonly imports: readonly string[];
  /** Modules that a worker imports at its start. */
  readonly include: readonly string[];
  /** Largest decoded message in bytes. 64 MiB */
  readonly messageMaxBytes: number;
  /** Deepest nesting of a message. 512 */
  readonly messageMaxDepth: number;

  // Broker
  /** Broker URL, several as a list or joined by `;` for fail-over. */
  readonly brokerUrl: string | readonly string[];
  /** For consuming; `brokerUrl` when not set. */
  readonly brokerReadUrl: string | readonly string[] | undefined;
  /** For publishing; `brokerUrl` when not set. */
  readonly brokerWriteUrl: string | readonly string[] | undefined;
  /** A package that provides the transport, or the plugin itself, whatever the URL's scheme. */
  readonly brokerTransport: string | TransportPlugin | undefined;
  /** Which URL follows a failed one. `round-robin` */
  readonly brokerFailoverStrategy: FailoverStrategy;
  /** Seconds that one try to connect may take. 4 */
  readonly brokerConnectionTimeout: number;
  /** Whether a worker that loses its broker connects again; else it ends. true */
  readonly brokerConnectionRetry: boolean;
  /** Whether a worker waits for a broker that is away as it starts; `brokerConnectionRetry` when not set. */
  readonly brokerConnectionRetryOnStartup: boolean | undefined;
  /** Tries to connect after the first; null or 0 = for ever. 100 */
  readonly brokerConnectionMaxRetries: number | null;
  /** Seconds between AMQP heartbeats, 0 = none; 20 when not set. */
  readonly brokerHeartbeat: number | undefined;
  /** TLS to the broker: true, or its options, by Node's names or Python's (`ca_certs`, `certfile`, `keyfile`, `cert_reqs`). */
  readonly brokerUseSsl: boolean | { readonly [name: string]: unknown };
  /** How to log in at RabbitMQ: `PLAIN`, `AMQPLAIN` or `EXTERNAL`. */
  readonly brokerLoginMethod: string | undefined;
  /** Without effect: one connection sends everything, one reads. 10 */
  readonly brokerPoolLimit: number | null;
  /** Type of RabbitMQ's delay queues. `quorum` */
  readonly brokerNativeDelayedDeliveryQueueType: 'quorum' | 'classic';
  /** Options of the transport; each transport's README lists its own. */
  readonly brokerTransportOptions: { readonly [name: string]: unknown };

  // Results
  /** URL of the result store; none = results are disabled. */
  readonly resultBackend: string | undefined;
  /** A package that provides the result store, or the plugin itself, whatever the URL's scheme. */
  readonly resultBackendPackage: string | BackendPlugin | undefined;
  /** More result stores: packages or plugins by the scheme that stands for them. */
  readonly overrideBackends: { readonly [scheme: string]: string | BackendPlugin } | undefined;
  /** Go on trying to store a result as often as `resultBackendMaxRetries` says, instead of for a minute. false */
  readonly resultBackendAlwaysRetry: boolean;
  /** Retries of a store with `resultBackendAlwaysRetry`; null = for ever. null */
  readonly resultBackendMaxRetries: number | null;
  /** First wait between such retries, milliseconds; doubled each time. 10 */
  readonly resultBackendBaseSleepBetweenRetriesMs: number;
  /** Longest wait, milliseconds. 10000 */
  readonly resultBackendMaxSleepBetweenRetriesMs: number;
  /** Options of the result store. */
  readonly resultBackendTransportOptions: { readonly [name: string]: unknown };
  readonly resultSerializer: string;
  /** Keep name, arguments, worker, retries and queue with each result. false */
  readonly resultExtended: boolean;
  /** Seconds that results are kept; null or 0 = for ever. 86400 */
  readonly resultExpires: number | null;
  /** Errbacks of a chord's body are called for every header task that fails, too. false */
  readonly taskAllowErrorCbOnChordHeader: boolean;
  /** Seconds between two looks of `celery.chord_unlock`. 1 */
  readonly resultChordRetryInterval: number;
  /** TLS to a Redis result store, as `brokerUseSsl`. */
  readonly redisBackendUseSsl: boolean | { readonly [name: string]: unknown };
  /** Seconds that an answer of a Redis result store may take. */
  readonly redisSocketTimeout: number | undefined;
  /** Seconds that connecting to it may take. */
  readonly redisSocketConnectTimeout: number | undefined;
  /** Seconds between two looks at a silent connection to it. */
  readonly redisBackendHealthCheckInterval: number | undefined;
  /** What its connections are called. */
  readonly redisClientName: string | undefined;

  // Signed messages
  /** File of the private key that signs, PEM. */
  readonly securityKey: string | undefined;
  readonly securityKeyPassword: string | undefined;
  /** File of the certificate that goes with it, PEM. */
  readonly securityCertificate: string | undefined;
  /** Folder, or pattern of files, with the certificates of those whose messages are read. */
  readonly securityCertStore: string | undefined;
  /** Digest of signatures. `sha256` */
  readonly securityDigest: string;

  // Periodic tasks
  /** Periodic tasks by name. */
  readonly beatSchedule: PeriodicEntries;
  /** Where beats keep what ran when: `redis://…`, `sqlite:///…` for several beats, else a file. `beatScheduleFilename` */
  readonly beatStore: string | undefined;
  /** File of a single beat. `celeriac-beat-schedule` */
  readonly beatScheduleFilename: string;
  /** Longest sleep of a beat, seconds; 0 = by need. 0 */
  readonly beatMaxLoopInterval: number;
  /** Runs between two writes. Accepted for Celery's configurations: every run is written at once. 0 */
  readonly beatSyncEvery: number;
  /** Seconds after which a missed run is dropped; null = never. null */
  readonly beatCronStartingDeadline: number | null;
  /** Seconds until another beat takes over from one that is silent. 15 */
  readonly beatLockTimeout: number;

  // Tasks
  /** Options to change by task name, or `*` for all. */
  readonly taskAnnotations: TaskAnnotations | undefined;
  readonly taskSerializer: string;
  /** Which protocol messages are written in; both are read. 2 */
  readonly taskProtocol: 1 | 2;
  readonly taskCompression: string | undefined;
  /** Try again when publishing fails by a lost connection. true */
  readonly taskPublishRetry: boolean;
  /** Seconds in it. */
  readonly taskPublishRetryPolicy: PublishRetryPolicy;
  /** Run tasks in the calling process instead of sending them. false */
  readonly taskAlwaysEager: boolean;
  /** Throw the errors of eager tasks at the caller. false */
  readonly taskEagerPropagates: boolean;
  /** Keep the results of eager tasks too. false */
  readonly taskStoreEagerResult: boolean;
  readonly taskIgnoreResult: boolean;
  readonly taskStoreErrorsEvenIfIgnored: boolean;
  readonly taskTrackStarted: boolean;
  /** Hard limit, seconds. */
  readonly taskTimeLimit: number | undefined;
  /** Soft limit, seconds. */
  readonly taskSoftTimeLimit: number | undefined;
  /** Acknowledge after the run instead of before. false */
  readonly taskAcksLate: boolean;
  /** With `taskAcksLate`: acknowledge failures and timeouts too. true */
  readonly taskAcksOnFailureOrTimeout: boolean;
  /** The same for failures alone; `taskAcksOnFailureOrTimeout` when not set. */
  readonly taskAcksOnFailure: boolean | undefined;
  /** The same for timeouts alone; a refused one is requeued. `taskAcksOnFailureOrTimeout` when not set. */
  readonly taskAcksOnTimeout: boolean | undefined;
  /** With `taskAcksLate`: requeue when the process that runs a task dies. false */
  readonly taskRejectOnWorkerLost: boolean;
  /** `10/s`, `100/m`, `1000/h`, or a number for each second; per worker and task. */
  readonly taskDefaultRateLimit: string | number | undefined;
  readonly taskQueues: TaskQueues | undefined;
  readonly taskRoutes: TaskRoutes | undefined;
  /** `x-max-priority` of queues that have none. */
  readonly taskQueueMaxPriority: number | undefined;
  /** 0..255; which end goes first depends on the broker. */
  readonly taskDefaultPriority: number | undefined;
  /** Tasks sent by a task get its priority. false */
  readonly taskInheritParentPriority: boolean;
  /** Declare queues that are named but not in `taskQueues`. true */
  readonly taskCreateMissingQueues: boolean;
  /** `x-queue-type` of such queues. `classic` */
  readonly taskCreateMissingQueueType: 'classic' | 'quorum';
  /** Exchange type of such queues; `taskDefaultExchangeType` when not set. */
  readonly taskCreateMissingQueueExchangeType: ExchangeType | undefined;
  readonly taskDefaultQueue: string;
  readonly taskDefaultQueueType: 'classic' | 'quorum';
  /** `taskDefaultQueue` when not set. */
  readonly taskDefaultExchange: string | undefined;
  readonly taskDefaultExchangeType: ExchangeType;
  /** `taskDefaultQueue` when not set. */
  readonly taskDefaultRoutingKey: string | undefined;
  /** 2 = survives a broker restart, 1 = need not. 2 */
  readonly taskDefaultDeliveryMode: 1 | 2;

  // Worker
  /** Tasks at a time; the number of cores when not set. */
  readonly workerConcurrency: number | undefined;
  /** `prefork`, `threads`, `async`, `solo`, or the name of a package with a pool. prefork */
  readonly workerPool: string;
  /** Tasks that one process of `prefork`, or one thread, runs at a time. 1 */
  readonly workerChildConcurrency: number;
  /** Tasks after which a process or thread of the pool is replaced; never when not set. */
  readonly workerMaxTasksPerChild: number | undefined;
  /** Memory in KiB above which a process of the pool is replaced after its task; never when not set. */
  readonly workerMaxMemoryPerChild: number | undefined;
  /** Take a message only when a slot is free for it. false */
  readonly workerDisablePrefetch: boolean;
  /** Most tasks that wait for their time in a worker; above it no more messages are taken. No limit when not set. */
  readonly workerEtaTaskLimit: number | undefined;
  /** After a lost connection, take as many messages fewer as tasks still run, until these have ended. true */
  readonly workerEnablePrefetchCountReduction: boolean;
  /** After a lost connection, stop running tasks with late acknowledgement: they come again. false */
  readonly workerCancelLongRunningTasksOnConnectionLoss: boolean;
  /** A message that comes again and whose task has succeeded is not run again. false */
  readonly workerDeduplicateSuccessfulTasks: boolean;
  /** Seconds for which a cold shutdown waits for running tasks first. 0 */
  readonly workerSoftShutdownTimeout: number;
  /** Wait even when no task is running. false */
  readonly workerEnableSoftShutdownOnIdle: boolean;
  /** Ignore the rate limits of tasks. false */
  readonly workerDisableRateLimits: boolean;
  /** Messages held = this × concurrency; 0 = no limit. 4 */
  readonly workerPrefetchMultiplier: number;
  /** File that keeps revoked tasks over a restart of the worker. */
  readonly workerStateDb: string | undefined;
  /** Seconds that a child process may take to start. 4 */
  readonly workerProcAliveTimeout: number;
  /** Each worker also reads a queue of its own, `<node name>.dq2`, for tasks that it alone should run. false */
  readonly workerDirect: boolean;
  /** Messages that the quarantine queue holds at most. 10000 */
  readonly workerQuarantineLimit: number;
  /** Deliveries of one message that ended with the worker's death, before it goes to quarantine. 3 */
  readonly workerDeliveryLimit: number;
  /** Workers obey commands sent by `app.control`. true */
  readonly workerEnableRemoteControl: boolean;
  /** The command `pool_restart` is obeyed. false */
  readonly workerPoolRestarts: boolean;

  // Remote control
  /** Commands go through `<name>.pidbox`, replies through `reply.<name>.pidbox`. `celery` */
  readonly controlExchange: string;
  /** Seconds after which a command or reply that nobody took is dropped. 300 */
  readonly controlQueueTtl: number;
  /** Seconds after which a queue of commands or replies that nobody reads is removed. 10 */
  readonly controlQueueExpires: number;
  /** These queues belong to one connection. true */
  readonly controlQueueExclusive: boolean;
  /** These queues survive a broker restart; not together with `controlQueueExclusive`. false */
  readonly controlQueueDurable: boolean;

  // Events
  /** Callers send `task-sent` for every task. false */
  readonly taskSendSentEvent: boolean;
  /** Workers send events about tasks. false */
  readonly workerSendTaskEvents: boolean;
  /** `celeryev` */
  readonly eventExchange: string;
  /** `json` */
  readonly eventSerializer: string;
  /** Monitors read queues `<prefix>.<id>`. `celeryev` */
  readonly eventQueuePrefix: string;
  /** Seconds that an event waits in a monitor's queue. 5 */
  readonly eventQueueTtl: number;
  /** Seconds that a monitor's queue outlives its monitor. 60 */
  readonly eventQueueExpires: number;

  // Logging
  /** Lowest level that is logged. `warning` */
  readonly logLevel: LogLevel;
  /** `text` for people, `json` for machines: one object per line. `text` */
  readonly logFormat: 'text' | 'json';
  /** Colours in text; undefined = when the output is a terminal. */
  readonly workerLogColor: boolean | undefined;
  /** Form of text lines: `%(asctime)s`, `%(levelname)s`, `%(processName)s`, `%(process)d`, `%(message)s`. */
  readonly workerLogFormat: string | undefined;
  /** The same for lines of running tasks, with `%(task_name)s` and `%(task_id)s`. */
  readonly workerTaskLogFormat: string | undefined;
  /** Whether what tasks write to `console` and to standard output goes to the log of the worker. true */
  readonly workerRedirectStdouts: boolean;
  /** At which level. `warning` */
  readonly workerRedirectStdoutsLevel: LogLevel;
}
