export { nodeName } from './lifecycle/node-name.ts';
export { runWorker } from './lifecycle/run-worker.ts';
export { type ShutdownKind, Worker, type WorkerStats } from './lifecycle/worker.ts';
export { WorkerOptionError } from './lifecycle/worker-option-error.ts';
export type { WorkerOptions } from './lifecycle/worker-options.ts';
export type { PoolKind } from './pool/pool.ts';
export { PoolError } from './pool/pool-error.ts';
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
