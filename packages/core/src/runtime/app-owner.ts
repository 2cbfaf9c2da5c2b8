import type { AppState } from './app-state.ts';

/** Something that holds the state of an app. The name says that it is none of the users' business. */
export interface AppOwner {
  readonly '~state': AppState;
}

/** Whether `value` is an app, of any copy of this package. */
export function isApp(value: unknown): value is AppOwner {
  return typeof value === 'object' && value !== null && '~state' in value;
}
