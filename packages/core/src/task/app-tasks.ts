import { ConfigurationError } from '../settings/configuration-error.ts';
import type { Settings } from '../settings/settings.ts';
import { checkTaskOptions, isGeneratorFunction } from './check-task-options.ts';
import type { DefinitionPlace } from './definition-place.ts';
import { DuplicateTaskError } from './duplicate-task-error.ts';
import { checkTaskName } from './invalid-task-name-error.ts';
import type { RegisteredTask, ResolvedTaskOptions, TaskHooks } from './registered-task.ts';
import { resolveTaskOptions } from './resolve-task-options.ts';
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

/** Refuses options of a task by what only a running app knows. */
export type OptionsCheck = (task: string, options: ResolvedTaskOptions) => void;

/** The tasks of one app. Options are settled when a task is first asked for, as definitions come before settings. */
export class AppTasks implements TaskRegistry {
  readonly #settings: () => Settings;
  readonly #defined: Map<string, DefinedTask> = new Map();
  #builtins: ReadonlyMap<string, DefinedTask> = new Map();
  readonly #registered: Map<string, RegisteredTask> = new Map();
  #check: OptionsCheck | undefined;

  constructor(settings: () => Settings) {
    this.#settings = settings;
  }

  /** @throws {InvalidTaskNameError} | @throws {DuplicateTaskError} | @throws {ConfigurationError} for options that cannot be */
  define(name: string, task: DefinedTask): void {
    checkTaskName(name);
    const known = this.#defined.get(name);
    if (known !== undefined) throw new DuplicateTaskError(name, placeText(known), placeText(task));
    checkTaskOptions(`task "${name}"`, task.options ?? {});
    if (isGeneratorFunction(task.run)) throw generatorRefused(name);
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

  /** From now on the options of every task go through this check, when they are settled. */
  checkWith(check: OptionsCheck): void {
    this.#check = check;
    this.#registered.clear();
  }

  /** The settings have changed: options are settled anew. */
  reset(): void {
    this.#registered.clear();
  }

  #resolve(name: string, { run, bind = false, parameters, schema, options = {} }: DefinedTask): RegisteredTask {
    const resolved = resolveTaskOptions(name, options, this.#settings());
    this.#check?.(name, resolved);
    return Object.freeze({
      name,
      run,
      bind,
      parameters,
      schema,
      options: resolved,
      hooks: hooksOf(options),
    });
  }
}

function hooksOf({ beforeStart, onSuccess, onFailure, onRetry, afterReturn }: TaskHooks): TaskHooks | undefined {
  const hooks = { beforeStart, onSuccess, onFailure, onRetry, afterReturn };
  const given = Object.entries(hooks).filter(([, hook]) => hook !== undefined);
  return given.length === 0 ? undefined : Object.freeze(Object.fromEntries(given) as TaskHooks);
}

function generatorRefused(task: string): ConfigurationError {
  return new ConfigurationError(`The function of task "${task}"`, 'is a generator, whose values nobody would read', {
    hint: 'Return a list, or send another task for each value.',
  });
}

function placeText({ place }: DefinedTask): string {
  return place?.toString() ?? 'an unknown place';
}
