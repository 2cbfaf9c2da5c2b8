export type { ReceivedEvent } from '@celeriac/core/internal';
export type { Camera } from './camera.ts';
export { ClusterState, type ClusterStateOptions, type TaskSelection } from './cluster-state.ts';
export type { EventHandler, EventHandlers } from './event-handlers.ts';
export { type CaptureOptions, EventReceiver, type EventReceiverOptions } from './event-receiver.ts';
export { EventsUnavailableError } from './events-unavailable-error.ts';
export { Polaroid, type PolaroidOptions } from './polaroid.ts';
export type { TaskState } from './task-state.ts';
export { isAlive, type WorkerState } from './worker-state.ts';
