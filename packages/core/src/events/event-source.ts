import type { EventDispatcherParts } from './event-dispatcher.ts';

/** Who sends events, and which. */
export type EventSource = Pick<EventDispatcherParts, 'hostname' | 'groups' | 'listsTasks' | 'enabled' | 'limit'>;
