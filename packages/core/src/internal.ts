export type { AppSteps } from './app/app-steps.ts';
export { findTaskModules } from './app/find-task-modules.ts';
export { loadModule } from './app/load-module.ts';
export { changedSettings, reportText, settingsView, settingText } from './app/report.ts';
export { coreVersion } from './app/version.ts';
export { NotRegisteredError } from './builtin/not-registered-error.ts';
export { applyErrbacks, type FailedTask } from './chord/apply-errbacks.ts';
export { type FailureCause, failSignatures } from './chord/fail-signatures.ts';
export type { FinishedMember } from './chord/finished-member.ts';
export { joinChord } from './chord/join-chord.ts';
export { type BuiltinCommand, commandTable } from './control/command-table.ts';
export type {
  ArgumentDescriptor,
  CommandArguments,
  CommandFunction,
  CommandSpec,
  ControlNode,
} from './control/control-command.ts';
export type { CustomCommand } from './control/control-commands.ts';
export { type ControlCodec, replyMessage } from './control/control-message.ts';
export { type ControlQueue, nodeQueue, replyExchange } from './control/control-queues.ts';
export type { NodeReply, NodeStats, QueueInfo, RequestInfo, ScheduledInfo } from './control/control-replies.ts';
export { revokedSeconds } from './control/revoked-seconds.ts';
export { checkEventType } from './events/check-event-type.ts';
export { EventDispatcher } from './events/event-dispatcher.ts';
export type { EventSource } from './events/event-source.ts';
export { EventSubscription, type EventSubscriptionParts, type ReceivedEvent } from './events/event-subscription.ts';
export { eventExchangeType, eventTopology } from './events/event-topology.ts';
export { bindArguments } from './execute/bind-arguments.ts';
export { currentTask, runAsTask } from './execute/current-task.ts';
export type { Invocation, InvokeEnvironment } from './execute/invocation.ts';
export { invokeTask, notifyFailure } from './execute/invoke-task.ts';
export type {
  FailureOutcome,
  IgnoreOutcome,
  Outcome,
  RejectOutcome,
  ReplaceOutcome,
  RetryDestination,
  RetryOutcome,
  RevokedOutcome,
  SuccessOutcome,
  UnreadableOutcome,
} from './execute/outcome.ts';
export { SoftTimeLimitExceeded, TimeLimitExceeded } from './execute/time-limits.ts';
export { ConsoleLogger, type ConsoleLoggerOptions } from './logging/console-logger.ts';
export { redirectOutput } from './logging/redirect-output.ts';
export { writePast } from './logging/stream-writes.ts';
export { applicationFolder } from './plugins/application-folder.ts';
export { installCommand } from './plugins/install-command.ts';
export { loadBackend, loadTransport, requirePackage } from './plugins/load-plugin.ts';
export type { PromClient, PromCounter, PromGauge, PromHistogram, PromRegistry } from './plugins/prom-client.ts';
export { packageFor, packageInScheme } from './plugins/scheme-table.ts';
export { checkCall } from './publish/check-call.ts';
export type { SendRequest, SentCall, TaskPublisher } from './publish/task-publisher.ts';
export { type JointOutcome, ResultWriter } from './result/result-writer.ts';
export { type AppOwner, isApp } from './runtime/app-owner.ts';
export type { AppRuntime, ConsumedQueues } from './runtime/app-runtime.ts';
export { configureAbove } from './runtime/configure-above.ts';
export { overrideParts } from './runtime/override-parts.ts';
export type { OverridingParts } from './runtime/overriding-parts.ts';
export { runtimeOf } from './runtime/runtime-of.ts';
export { type AbsentSetting, absentSetting } from './settings/celery-settings.ts';
export { shownValue } from './settings/configuration-error.ts';
export { workerDirect } from './settings/direct-queue.ts';
export type { KnownQueue, QueueTable } from './settings/queue-table.ts';
export { readSettingArguments } from './settings/setting-arguments.ts';
export { type SettingDefinition, settingTable } from './settings/setting-table.ts';
export type { Settings } from './settings/settings.ts';
export type { Signals } from './signals/signals.ts';
export { groupMembers } from './signature/freeze-signature.ts';
export { fromWireOptions, toWireOptions, type WireOptions } from './signature/option-names.ts';
export { chainOf, chordOf, groupOf, joinSteps } from './signature/pipe-signatures.ts';
export type { SignatureApplication } from './signature/plan-signature.ts';
export { SignatureError } from './signature/signature-error.ts';
export { bodyOf, headerOf, listOf, membersOf, withOptions } from './signature/signature-parts.ts';
export type { RegisteredTask, ResolvedTaskOptions } from './task/registered-task.ts';
export type { DeliveryInfo, TaskContext, TaskContextRequest } from './task/task-context.ts';
export type { TaskRegistry } from './task/task-registry.ts';
