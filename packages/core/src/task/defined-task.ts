import type { BaseTask } from './base-task.ts';
import type { DefinitionPlace } from './definition-place.ts';
import type { StandardSchemaV1 } from './standard-schema.ts';
import type { TaskOptions } from './task-options.ts';

/** A task as it was defined, before the settings are known. */
export interface DefinedTask {
  readonly run: (...args: unknown[]) => unknown;
  readonly bind?: boolean | undefined;
  readonly parameters?: readonly string[] | 'any' | undefined;
  readonly schema?: StandardSchemaV1 | undefined;
  readonly options?: TaskOptions | undefined;
  /** Makes the instance of its class, once. */
  readonly base?: (() => BaseTask) | undefined;
  readonly place?: DefinitionPlace | undefined;
}
