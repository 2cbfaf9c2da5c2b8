export { EmbeddedWorker, type EmbeddedWorkerOptions } from './embedded-worker.ts';
export { EndlessTimersError } from './endless-timers-error.ts';
export { NotIdleError, type RunningTask } from './not-idle-error.ts';
export { TestBroker, type TestBrokerOptions } from './test-broker.ts';
export type { SentMessage, TestMessage } from './test-message.ts';
export { TestWorker, type TestWorkerOptions } from './test-worker.ts';
export type { TimeSpan } from './time-span.ts';
export { type WorkerFixtureFunctions, type WorkerFixtures, workerFixtures } from './worker-fixtures.ts';
