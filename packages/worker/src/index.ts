export type { Peer } from './events/peer-table.ts';
export type { PeerListener, PeerWatch } from './events/peer-watch.ts';
export { Blueprint, type BlueprintState } from './lifecycle/blueprint.ts';
export { ConsumerStep, type StepConsumer, type StepMessage } from './lifecycle/consumer-step.ts';
export { nodeName } from './lifecycle/node-name.ts';
export type { AutoscaleRange, Optimization, PoolOptions } from './lifecycle/pool-options.ts';
export { runWorker } from './lifecycle/run-worker.ts';
export { StartStopStep, Step, type StepClass, type StepReference } from './lifecycle/step.ts';
export { StepError, type StepProblem } from './lifecycle/step-error.ts';
export { type BlueprintName, stepGraph } from './lifecycle/step-graph.ts';
export { type ActiveTask, type ShutdownKind, Worker, type WorkerStats } from './lifecycle/worker.ts';
export type { ConsumerContext, WorkerContext } from './lifecycle/worker-context.ts';
export { WorkerOptionError } from './lifecycle/worker-option-error.ts';
export type { ResolvedWorkerOptions, WorkerOptions } from './lifecycle/worker-options.ts';
export type { Pool, PoolHost, PoolKind } from './pool/pool.ts';
export { PoolError } from './pool/pool-error.ts';
export type { PoolPlugin, PoolPluginParts } from './pool/pool-plugin.ts';
export { QUARANTINE_QUEUE, type QuarantineNote, type QuarantineReason } from './quarantine/quarantine-message.ts';
export {
  dropQuarantine,
  listQuarantine,
  type QuarantinedMessage,
  type QuarantineReport,
  type QuarantineSelection,
  requeueQuarantine,
} from './quarantine/quarantine-queue.ts';
export type { WorkerCounts } from './request/counters.ts';
export type { ReceivedTask } from './request/received-task.ts';
export type { AutoscaleFacts, AutoscaleRule } from './scale/autoscale-rule.ts';
