import type { RegisteredTask } from './registered-task.ts';

/** The tasks of an app by name. */
export interface TaskRegistry {
  get(name: string): RegisteredTask | undefined;
  has(name: string): boolean;
  /** @param builtin - also those that every app has. Default false */
  names(builtin?: boolean): readonly string[];
}
