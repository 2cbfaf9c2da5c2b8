export type { BackendPlugin } from '@celeriac/backend';
export type { Logger, LogLevel, SignatureJson, TaskState } from '@celeriac/protocol';
export { CeleriacError, type Clock, isCeleriacError, maskUrl } from '@celeriac/protocol/basics';
export type { TransportPlugin } from '@celeriac/transport';
export type { AppConf, ConfTableOptions } from './app/app-conf.ts';
export type { CeleriacOptions, SettingsInput } from './app/app-options.ts';
export type { AppSteps, BootstepClass, StepSet } from './app/app-steps.ts';
export { Celeriac, type ForeignTaskOptions } from './app/celeriac.ts';
export type { ConfigOptions, ConfigurableApp, SecurityParts } from './app/configurable-app.ts';
export { currentApp } from './app/current-app.ts';
export { ModuleLoadError } from './app/module-load-error.ts';
export type { PublishOptions } from './app/publish-options.ts';
export { sharedTask } from './app/shared-task.ts';
export { NotRegisteredError } from './builtin/not-registered-error.ts';
export type { Broadcast, BroadcastOptions, NodeMatcher } from './control/broadcast.ts';
export {
  type ConsumerOptions,
  Control,
  type RevokeOptions,
  type TerminateOptions,
  type TimeLimits,
} from './control/control.ts';
export type {
  ArgumentDescriptor,
  ArgumentType,
  CommandArguments,
  CommandDefinition,
  CommandFunction,
  CommandSpec,
  ControlNode,
} from './control/control-command.ts';
export type { ControlCommands } from './control/control-commands.ts';
export type {
  CommandAnswer,
  HelloAnswer,
  NodeReplies,
  NodeReply,
  NodeStats,
  OrError,
  QueueInfo,
  RequestInfo,
  ScheduledInfo,
  TaskPlace,
} from './control/control-replies.ts';
export { ControlUnavailableError } from './control/control-unavailable-error.ts';
export type { Inspect, InspectOptions } from './control/inspect.ts';
export { ArgumentError } from './execute/bind-arguments.ts';
export { MaxRetriesExceededError } from './execute/max-retries-exceeded-error.ts';
export type { RunMiddleware, RunMiddlewares, TaskRunInfo } from './execute/run-middleware.ts';
export { checkLimits, SoftTimeLimitExceeded, TimeLimitExceeded } from './execute/time-limits.ts';
export type {
  Moment,
  PeriodicEntries,
  PeriodicEntry,
  PeriodicPolicies,
  PeriodicSchedule,
} from './periodic/periodic-entry.ts';
export {
  BackendNotInstalledError,
  PackageNotInstalledError,
  PluginLoadError,
  TransportNotInstalledError,
} from './plugins/plugin-errors.ts';
export { InvalidCallError } from './publish/invalid-call-error.ts';
export { PublishError } from './publish/publish-error.ts';
export { AbortableAsyncResult } from './result/abortable-async-result.ts';
export { AsyncResult } from './result/async-result.ts';
export { EagerResult } from './result/eager-result.ts';
export type { ErrorFactory } from './result/failure-error.ts';
export { GroupResult } from './result/group-result.ts';
export {
  GroupsNotKeptError,
  IncompleteResultsError,
  ResultsDisabledError,
  ResultTimeoutError,
  TaskError,
  type TaskFailure,
  TaskRevokedError,
  WaitInsideTaskError,
} from './result/result-errors.ts';
export { type GraphEdge, type GraphNode, ResultGraph } from './result/result-graph.ts';
export type { GetOptions, ResultNode } from './result/result-node.ts';
export { ResultSet } from './result/result-set.ts';
export { ConfigurationError } from './settings/configuration-error.ts';
export { workerDirect } from './settings/direct-queue.ts';
export type { ExchangeDefinition, QueueBinding, QueueDefinition, TaskQueues } from './settings/queue-definition.ts';
export type { Settings } from './settings/settings.ts';
export type { RouteFunction, RouteMap, RoutePair, RouteTarget, TaskRoutes } from './settings/task-routes.ts';
export type { ConnectOptions, Disconnect, Signal } from './signals/signal.ts';
export type {
  BeatPayload,
  PublishPayload,
  SetupLoggingPayload,
  SignalPayloads,
  Signals,
  TaskRunPayload,
  WorkerPayload,
  WorkerSetupPayload,
} from './signals/signals.ts';
export type { AnyArguments, MissingArguments, StoredArguments } from './signature/missing-arguments.ts';
export { type AnySignature, type Frozen, Signature, type SignatureParts } from './signature/signature.ts';
export { SignatureError } from './signature/signature-error.ts';
export type { SignatureLike } from './signature/signature-like.ts';
export type {
  Accepts,
  HandleOf,
  MissingOf,
  ResultOf,
  SignatureTypes,
  StepGift,
  StepHandle,
  StepMismatch,
  StepResult,
} from './signature/step-types.ts';
export type { ApplyOptions } from './task/apply-options.ts';
export { BaseTask, type BaseTaskClass, type TaskObject } from './task/base-task.ts';
export { DuplicateTaskError } from './task/duplicate-task-error.ts';
export type { Encoded } from './task/encoded.ts';
export { InvalidTaskNameError } from './task/invalid-task-name-error.ts';
export type {
  ErrorMatcher,
  RateLimit,
  RegisteredTask,
  ResolvedTaskOptions,
  ShadowName,
  TaskHooks,
} from './task/registered-task.ts';
export { Ignore, Reject, Retry } from './task/semipredicates.ts';
export type { SchemaIssue, SchemaResult, StandardSchemaV1 } from './task/standard-schema.ts';
export { ForeignTask, Task } from './task/task.ts';
export type { CallOptions, EagerOptions, FreezeOptions, SignatureCall, TaskCaller } from './task/task-caller.ts';
export type { DeliveryInfo, RetryRequest, TaskContext, TaskContextRequest } from './task/task-context.ts';
export type {
  BoundTaskFunction,
  CheckedTaskDefinition,
  ParameterNames,
  TaskDefinition,
  TaskFunction,
} from './task/task-definition.ts';
export type {
  AnnotationMap,
  TaskAnnotation,
  TaskAnnotations,
  TaskAnnotator,
  TaskOptions,
} from './task/task-options.ts';
export type { TaskRegistry } from './task/task-registry.ts';
