/** An event about a task, before it has a sender and a time. */
export interface TaskEvent {
  readonly type: string;
  /** By wire name. */
  readonly fields: { readonly [name: string]: unknown };
}

/** Nothing to tell. */
export const NO_EVENTS: readonly TaskEvent[] = Object.freeze([]);
