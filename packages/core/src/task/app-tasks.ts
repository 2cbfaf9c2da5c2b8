import { closest, escapeForLog } from '@celeriac/protocol/basics';
import { ConfigurationError } from '../settings/configuration-error.ts';
import type { Settings } from '../settings/settings.ts';
import type { DefinitionPlace } from './definition-place.ts';
import { DuplicateTaskError } from './duplicate-task-error.ts';
import { checkTaskName } from './invalid-task-name-error.ts';
import type { RegisteredTask, TaskHooks } from './registered-task.ts';
import { resolveTaskOptions, TASK_OPTION_NAMES } from './resolve-task-options.ts';
import type { StandardSchemaV1 } from './standard-schema.ts';
import type { TaskOptions } from './task-options.ts';
import type { TaskRegistry } from './task-registry.ts';

/** A task as it was defined, before the settings are known. */
export interface DefinedTask {
  readonly run: (...args: unknown[]) => unknown;
  readonly bind?: boolean | undefined;
  readonly parameters?: readonly string[] | 'any' | undefined;
  readonly schema?: StandardSchemaV1 | undefined;
  readonly options?: TaskOptions | undefined;
  readonly place?: DefinitionPlace | undefined;
}

/** The tasks of one app. Options are settled when a task is first asked for, as definitions come before settings. */
export class AppTasks implements TaskRegistry {
  readonly #settings: () => Settings;
  readonly #defined: Map<string, DefinedTask> = new Map();
  #builtins: ReadonlyMap<string, DefinedTask> = new Map();
  readonly #registered: Map<string, RegisteredTask> = new Map();

  constructor(settings: () => Settings) {
    this.#settings = settings;
  }

  /** @throws {InvalidTaskNameError} | @throws {DuplicateTaskError} | @throws {ConfigurationError} for an unknown option */
  define(name: string, task: DefinedTask): void {
    checkTaskName(name);
    const known = this.#defined.get(name);
    if (known !== undefined) throw new DuplicateTaskError(name, placeText(known), placeText(task));
    checkOptionNames(name, task.options ?? {});
    this.#defined.set(name, task);
  }

  get(name: string): RegisteredTask | undefined {
    const registered = this.#registered.get(name);
    if (registered !== undefined) return registered;
    const defined = this.#defined.get(name) ?? this.#builtins.get(name);
    if (defined === undefined) return undefined;
    const task = this.#resolve(name, defined);
    this.#registered.set(name, task);
    return task;
  }

  has(name: string): boolean {
    return this.#defined.has(name) || this.#builtins.has(name);
  }

  names(builtin = false): readonly string[] {
    const names = new Set(this.#defined.keys());
    if (builtin) for (const name of this.#builtins.keys()) names.add(name);
    return [...names].sort();
  }

  /** Adds the tasks that every app has; one that the app defines by the same name stands. */
  addBuiltins(tasks: ReadonlyMap<string, DefinedTask>): void {
    this.#builtins = tasks;
  }

  /** The settings have changed: options are settled anew. */
  reset(): void {
    this.#registered.clear();
  }

  #resolve(name: string, { run, bind = false, parameters, schema, options = {} }: DefinedTask): RegisteredTask {
    return Object.freeze({
      name,
      run,
      bind,
      parameters,
      schema,
      options: resolveTaskOptions(name, options, this.#settings()),
      hooks: hooksOf(options),
    });
  }
}

function hooksOf({ beforeStart, onSuccess, onFailure, onRetry, afterReturn }: TaskHooks): TaskHooks | undefined {
  const hooks = { beforeStart, onSuccess, onFailure, onRetry, afterReturn };
  const given = Object.entries(hooks).filter(([, hook]) => hook !== undefined);
  return given.length === 0 ? undefined : Object.freeze(Object.fromEntries(given) as TaskHooks);
}

function checkOptionNames(task: string, options: object): void {
  const unknown = Object.keys(options).find((option) => !TASK_OPTION_NAMES.has(option));
  if (unknown === undefined) return;
  const near = closest(unknown, TASK_OPTION_NAMES);
  throw new ConfigurationError(`${escapeForLog(unknown, 60)} of task "${task}"`, 'is no option of tasks', {
    hint: near === undefined ? `There are: ${[...TASK_OPTION_NAMES].join(', ')}.` : `Did you mean ${near}?`,
  });
}

function placeText({ place }: DefinedTask): string {
  return place?.toString() ?? 'an unknown place';
}
