import type { Settings } from '../settings/settings.ts';
import { hooksOfBase, optionsOfBase } from './base-task.ts';
import { checkDefinition } from './check-definition.ts';
import { checkTaskOptions } from './check-task-options.ts';
import type { DefinedTask } from './defined-task.ts';
import { parameterList } from './parameter-list.ts';
import type { RegisteredTask, ResolvedTaskOptions } from './registered-task.ts';
import { resolveTask } from './resolve-task.ts';
import { sharedTasks } from './shared-tasks.ts';
import type { TaskRegistry } from './task-registry.ts';

/** Refuses options of a task by what only a running app knows. */
export type OptionsCheck = (task: string, options: ResolvedTaskOptions) => void;

/** The tasks of one app. Options are settled when a task is first asked for, as definitions come before settings. */
export class AppTasks implements TaskRegistry {
  readonly #settings: () => Settings;
  readonly #defined: Map<string, DefinedTask> = new Map();
  #builtins: ReadonlyMap<string, DefinedTask> = new Map();
  readonly #registered: Map<string, RegisteredTask> = new Map();
  readonly #typing: boolean;
  #check: OptionsCheck | undefined;

  /** @param typing - whether arguments of calls are checked where a task does not say */
  constructor(settings: () => Settings, typing = true) {
    this.#settings = settings;
    this.#typing = typing;
  }

  /** @throws {InvalidTaskNameError} | @throws {DuplicateTaskError} | @throws {ConfigurationError} for options that cannot be */
  define(name: string, task: DefinedTask): void {
    checkDefinition(name, task, this.#defined);
    this.#defined.set(name, task);
    // A shared task of this name may have been asked for.
    this.#registered.delete(name);
  }

  get(name: string): RegisteredTask | undefined {
    const registered = this.#registered.get(name);
    if (registered !== undefined) return registered;
    const defined = this.#defined.get(name) ?? sharedTasks.get(name) ?? this.#builtins.get(name);
    if (defined === undefined) return undefined;
    const task = this.#resolve(name, defined);
    this.#registered.set(name, task);
    return task;
  }

  has(name: string): boolean {
    return this.#defined.has(name) || sharedTasks.has(name) || this.#builtins.has(name);
  }

  names(builtin = false): readonly string[] {
    const names = new Set([...this.#defined.keys(), ...sharedTasks.keys()]);
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

  #resolve(name: string, defined: DefinedTask): RegisteredTask {
    const { bind = false, parameters, schema } = defined;
    const base = defined.base?.();
    const inherited = base === undefined ? [] : [{ ...optionsOfBase(base), ...hooksOfBase(base) }];
    for (const options of inherited) checkTaskOptions(`the class of task "${name}"`, options);
    const own = [...inherited, defined.options ?? {}];
    const { options, hooks, run } = resolveTask(name, own, defined.run, this.#settings(), this.#typing);
    this.#check?.(name, options);
    const list = Array.isArray(parameters) ? parameterList(name, parameters, defined.run, bind) : undefined;
    return Object.freeze({
      name,
      run,
      bind,
      parameters: list?.names ?? (parameters as 'any' | undefined),
      required: list?.required ?? 0,
      schema,
      options,
      hooks,
      base,
    });
  }
}
