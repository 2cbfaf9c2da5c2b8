import type { ReceivedEvent } from '@celeriac/core/internal';

/** Is given one event. What it throws is logged; the next event comes nevertheless. */
export type EventHandler = (event: ReceivedEvent) => void;

/** Handlers by type of event; `*` gets those that have no handler of their own. */
export interface EventHandlers {
  readonly [type: string]: EventHandler | undefined;
}
