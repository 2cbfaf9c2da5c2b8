import type { ResultTuple } from '@celeriac/protocol';
import { systemClock } from '@celeriac/protocol/basics';
import { LazyCaller } from '../call/lazy-caller.ts';
import { Control } from '../control/control.ts';
import type { ControlCommands } from '../control/control-commands.ts';
import { revokeResults } from '../control/revoke-results.ts';
import type { RunMiddlewares } from '../execute/run-middleware.ts';
import type { PeriodicPolicies, PeriodicSchedule } from '../periodic/periodic-entry.ts';
import { AbortableAsyncResult } from '../result/abortable-async-result.ts';
import { AsyncResult } from '../result/async-result.ts';
import type { ErrorFactory } from '../result/failure-error.ts';
import { resultSource } from '../result/node-of.ts';
import { ResultsDisabledError } from '../result/result-errors.ts';
import type { ResultNode } from '../result/result-node.ts';
import type { ResultSource } from '../result/result-source.ts';
import type { AppEngine } from '../runtime/app-engine.ts';
import type { AppOwner } from '../runtime/app-owner.ts';
import { AppState } from '../runtime/app-state.ts';
import { setCurrentApp } from '../runtime/current-app-slot.ts';
import type { Settings } from '../settings/settings.ts';
import type { Signals } from '../signals/signals.ts';
import { Signature, type SignatureParts, taskSignature } from '../signature/signature.ts';
import type { SignatureLike } from '../signature/signature-like.ts';
import type { ApplyOptions } from '../task/apply-options.ts';
import type { BaseTask, BaseTaskClass, TaskObject } from '../task/base-task.ts';
import { DefinitionPlace } from '../task/definition-place.ts';
import type { Encoded } from '../task/encoded.ts';
import { lazyBase, readDefinition, readTaskObject } from '../task/read-definition.ts';
import { ForeignTask, Task } from '../task/task.ts';
import type { CallOptions, TaskCaller } from '../task/task-caller.ts';
import type { TaskContext } from '../task/task-context.ts';
import type {
  BoundTaskFunction,
  CheckedTaskDefinition,
  TaskDefinition,
  TaskFunction,
} from '../task/task-definition.ts';
import type { TaskRegistry } from '../task/task-registry.ts';
import type { CeleriacOptions } from './app-options.ts';
import { AppSources } from './app-sources.ts';
import type { AppSteps } from './app-steps.ts';
import { splitOptions } from './code-settings.ts';
import { ConfigurableApp } from './configurable-app.ts';
import { anyMessage, type PublishOptions } from './publish-options.ts';
import { reportText } from './report.ts';
import { coreVersion } from './version.ts';

/** Options of a task that another application defines. */
export interface ForeignTaskOptions extends ApplyOptions {}

/**
 * An application: its settings, its tasks, and the connections to broker and result store.
 *
 * Making one connects to nothing, starts no timer and reads no file; everything is made when it is first used. Settings
 * given in code win over those of `celeriac.config.ts`, these over environment variables, these over the defaults; but
 * the URLs of broker and result store come from the environment first (`CELERY_BROKER_URL` and the like).
 * @see celery/app/base.py Celery
 */
export class Celeriac extends ConfigurableApp implements AppOwner {
  /** Shown in reports; has no meaning on the wire. */
  readonly name: string;
  /** For workers and the like; see `runtimeOf`. */
  readonly '~state': AppState;
  readonly '~sources': AppSources;
  readonly #caller: LazyCaller;
  readonly #results: ResultSource;
  readonly #taskClass: BaseTaskClass | undefined;
  #isImported = false;
  #control: Control | undefined;

  /** @throws {ConfigurationError} for an unknown option, with a suggestion; values are checked on first use */
  constructor(name: string, options: CeleriacOptions = {}) {
    super();
    const { settings, extras } = splitOptions(options);
    const sources = new AppSources(extras, new DefinitionPlace(new.target));
    sources.code.add(settings, `new Celeriac("${name}")`);
    this.name = name;
    this['~sources'] = sources;
    const state = new AppState({
      name,
      clock: extras.clock ?? systemClock,
      logger: extras.logger,
      serializers: extras.serializers ?? [],
      compressions: extras.compressions ?? [],
      folder: () => sources.folder(),
      settings: () => sources.settle(),
      configureAbove: (above) => sources.above.add(above, 'command line'),
      loadTasks: (resolved) => this.#loadTasks(resolved),
      typing: extras.strictTyping ?? true,
    });
    this['~state'] = state;
    this.#results = resultSource({
      load: async (id) => (await this.#engine()).consumer.load(id),
      wait: async (id, wait) => (await this.#engine()).consumer.wait(id, wait),
      revoke: async (ids, options) => revokeResults((await this.#engine()).mailbox, ids, options),
      forget: async (ids) => (await this.#engine()).consumer.forget(ids),
      saveGroup: async (id, tuple) => (await this.#engine()).consumer.saveGroup(id, tuple),
      loadGroup: async (id) => (await this.#engine()).consumer.loadGroup(id),
      errorOf: (meta) => state.errors.errorOf(meta),
    });
    this.#caller = new LazyCaller(state, () => this.#engine());
    this.#taskClass = extras.taskClass;
    if (extras.setAsCurrent !== false) setCurrentApp(this);
  }

  /** For signatures: who sends them. */
  get '~caller'(): TaskCaller {
    return this.#caller;
  }

  get signals(): Signals {
    return this['~state'].signals;
  }

  /** The tasks that this app defines. */
  get tasks(): TaskRegistry {
    return this['~state'].tasks;
  }

  /** Steps of its own that the app adds to workers and their consumers: `app.steps.consumer.add(MyStep)`. */
  get steps(): AppSteps {
    return this['~state'].steps;
  }

  /**
   * Puts something around the code of every task: `app.middleware.add((run, next) => next())`, for tracing or for
   * connections that a task may use.
   */
  get middleware(): RunMiddlewares {
    return this['~state'].middleware;
  }

  /** Tells running workers what to do, and asks them what they do. */
  get control(): Control {
    this.#control ??= new Control(
      async () => (await this.#engine()).mailbox,
      () => this.purge(),
      (text) => this['~state'].logger.warning(text),
    );
    return this.#control;
  }

  /** Commands of the app's own that its workers obey; define them in a module that workers load. */
  get controlCommands(): ControlCommands {
    return this['~state'].controlCommands;
  }

  /**
   * Defines a task. Its arguments and its result travel as JSON: the handle's types say what arrives.
   * @param name - unique, and what travels; Python callers use the same
   * @throws {DuplicateTaskError} naming both places | @throws {InvalidTaskNameError} | @throws {ConfigurationError}
   */
  task<Args extends readonly unknown[], Result>(
    name: string,
    run: TaskFunction<Args, Result>,
  ): Task<Args, Encoded<Awaited<Result>>, TaskFunction<Args, Result>>;
  task<Args extends readonly unknown[], Result, Base extends BaseTask>(
    name: string,
    definition: TaskDefinition<NoInfer<Args>> & {
      readonly bind: true;
      readonly base: BaseTaskClass<Base>;
      readonly schema?: undefined;
    },
    run: (context: TaskContext<Base>, ...args: Args) => Result,
  ): Task<Args, Encoded<Awaited<Result>>, (context: TaskContext<Base>, ...args: Args) => Result>;
  task<In extends readonly unknown[], Out extends readonly unknown[], Result>(
    name: string,
    definition: CheckedTaskDefinition<In, Out> & { readonly bind: true },
    run: BoundTaskFunction<NoInfer<Out>, Result>,
  ): Task<In, Encoded<Awaited<Result>>, BoundTaskFunction<Out, Result>>;
  task<In extends readonly unknown[], Out extends readonly unknown[], Result>(
    name: string,
    definition: CheckedTaskDefinition<In, Out> & { readonly bind?: false },
    run: TaskFunction<NoInfer<Out>, Result>,
  ): Task<In, Encoded<Awaited<Result>>, TaskFunction<Out, Result>>;
  task<Args extends readonly unknown[], Result>(
    name: string,
    definition: TaskDefinition<NoInfer<Args>> & { readonly bind: true; readonly schema?: undefined },
    run: BoundTaskFunction<Args, Result>,
  ): Task<Args, Encoded<Awaited<Result>>, BoundTaskFunction<Args, Result>>;
  task<Args extends readonly unknown[], Result>(
    name: string,
    definition: TaskDefinition<NoInfer<Args>> & { readonly bind?: false; readonly schema?: undefined },
    run: TaskFunction<Args, Result>,
  ): Task<Args, Encoded<Awaited<Result>>, TaskFunction<Args, Result>>;
  task(name: string, ...rest: readonly unknown[]): Task<readonly unknown[], unknown> {
    const { makeBase, ...defined } = readDefinition(name, rest, new DefinitionPlace(this.task), this.#taskClass);
    const base = makeBase && lazyBase(this, () => new makeBase());
    this['~state'].tasks.define(name, { ...defined, base });
    return new Task(name, defined.run, this.#caller);
  }

  /**
   * Defines a task by an object of a class of its own: `app.registerTask(new Charge())`.
   * @throws as {@link task}; {TypeError} for an object without `run`
   * @see celery/app/base.py register_task
   */
  registerTask<Args extends readonly unknown[], Result>(
    task: TaskObject<Args, Result>,
  ): Task<Args, Encoded<Awaited<Result>>, BoundTaskFunction<Args, Result>> {
    const { makeBase: _none, ...defined } = readTaskObject(task, new DefinitionPlace(this.registerTask));
    this['~state'].tasks.define(task.name, { ...defined, base: lazyBase(this, () => task) });
    return new Task(task.name, defined.run as BoundTaskFunction<Args, Result>, this.#caller);
  }

  /**
   * A typed handle for a task that another application defines: `app.foreign<[x: number, y: number], number>('tasks.add')`.
   * @param options - defaults of its calls, the queue for instance
   */
  foreign<Args extends readonly unknown[], Result>(
    name: string,
    options?: ForeignTaskOptions,
  ): ForeignTask<Args, Result> {
    return new ForeignTask(name, this.#caller, false, options);
  }

  /**
   * Sends a task by name. One that is defined here gets its options.
   * @see celery/app/base.py Celery.send_task
   */
  sendTask<Result = unknown>(
    name: string,
    args: readonly unknown[] = [],
    options: CallOptions = {},
  ): Promise<AsyncResult<Result>> {
    return this.#caller.call(name, args, options, false) as Promise<AsyncResult<Result>>;
  }

  /** The signature of a task by name. */
  signature(name: string, parts: SignatureParts = {}): Signature {
    return new Signature(taskSignature(name, parts), this.#caller);
  }

  /**
   * Sends a message that is no task, to any exchange.
   * @returns resolves when the broker holds it
   * @throws {UnroutableError} for a mandatory message that no queue takes; {@link PublishError} when the broker stays away
   */
  async publish(body: unknown, options: PublishOptions): Promise<void> {
    const engine = await this.#engine();
    await engine.publish(anyMessage(engine, body, options), options);
  }

  /** The handle of a result by its task's id. */
  result<Result = unknown>(id: string): AsyncResult<Result> {
    return new AsyncResult<Result>(id, this.#results);
  }

  /**
   * The handle of a group, or of a workflow by the id of its last task, as it was saved. Workflows are saved when they are
   * sent, groups also by `save()`.
   * @returns undefined when nothing is saved under this id, or no longer
   * @throws {GroupsNotKeptError} when the result store keeps results of tasks only
   * @see celery/result.py GroupResult.restore
   */
  async restore(id: string): Promise<ResultNode | undefined> {
    const tuple = await this.#results.loadGroup(id);
    return tuple && this.#results.nodeOf(tuple);
  }

  /**
   * The handle that a tuple means, such as a stored child or what `asTuple()` gave.
   * @see celery/result.py result_from_tuple
   */
  resultFromTuple(tuple: ResultTuple): ResultNode {
    return this.#results.nodeOf(tuple);
  }

  /** The same as {@link result}, by Celery's name. */
  AsyncResult<Result = unknown>(id: string): AsyncResult<Result> {
    return this.result(id);
  }

  /** The handle of a task that can be asked to stop. @see celery/contrib/abortable.py */
  AbortableAsyncResult<Result = unknown>(id: string): AbortableAsyncResult<Result> {
    return new AbortableAsyncResult<Result>(id, this.#results, async (task, state) => {
      const { results, settings } = await this.#engine();
      if (settings.resultBackend === undefined) throw new ResultsDisabledError();
      const meta = { status: state, result: null, traceback: null, children: [], date_done: null, task_id: task };
      await results.store({ meta });
    });
  }

  /**
   * Turns failures of one kind into errors of the caller's own. Nothing else is ever made from what a result names.
   * @param name - class name, or `module.ClassName`
   */
  registerError(name: string, make: ErrorFactory): void {
    this['~state'].errors.register(name, make);
  }

  /**
   * Loads, with `loadTasks`, the modules named `relatedName` in these folders.
   * @param folders - from the application's folder; `*` is any one folder, `**` any number of them
   * @see celery/app/base.py autodiscover_tasks
   */
  autodiscoverTasks(folders: readonly string[], relatedName = 'tasks'): this {
    this['~sources'].discoveries.push({ patterns: [...folders], relatedName });
    return this;
  }

  /**
   * Imports the modules of `imports`, `include` and `autodiscoverTasks`, as a worker does when it starts.
   * @throws {ModuleLoadError} naming the module and the reason
   */
  loadTasks(): Promise<void> {
    return this['~state'].loadTasks();
  }

  /**
   * Adds a periodic task, which `celeriac beat` sends: `app.addPeriodicTask('5 minutes', add.s(1, 2))`.
   * @returns the entry's name, by default the task's
   * @throws {ConfigurationError} for a name that is taken
   * @see celery/app/base.py Celery.add_periodic_task
   */
  addPeriodicTask(
    schedule: PeriodicSchedule,
    signature: SignatureLike,
    options: PeriodicPolicies & { readonly name?: string } = {},
  ): string {
    return this['~state'].periodic.add(schedule, signature, options);
  }

  /**
   * Calls `handler` once, when settings and task modules are known and before anything runs: where periodic tasks that
   * depend on settings are added.
   * @see celery/app/base.py on_after_configure
   */
  onAfterConfigure(handler: (app: this) => unknown): this {
    this['~state'].periodic.onConfigured(() => handler(this));
    return this;
  }

  /**
   * Drops the waiting messages of the app's queues.
   * @returns how many
   * @see celery/app/control.py purge
   */
  async purge(queues?: readonly string[]): Promise<number> {
    return (await this.#engine()).purge(queues);
  }

  /** A text for bug reports: versions, changed settings with secrets masked, tasks. */
  report(): string {
    return reportText({
      app: this.name,
      version: coreVersion(),
      node: process.version,
      platform: `${process.platform} ${process.arch}`,
      settings: this.settings,
      tasks: this.tasks.names(),
    });
  }

  /** Stores results that are on their way and closes all connections. The app can be used again. */
  async close(): Promise<void> {
    await this['~state'].engine?.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** The rest of the app, loaded when it is first needed. */
  async #engine(): Promise<AppEngine> {
    const state = this['~state'];
    return state.engine ?? (await import('../runtime/runtime.ts')).engineOf(state);
  }

  async #loadTasks(settings: Settings): Promise<void> {
    if (!this.#isImported) await this.signals.importModules.sendAndWait({ app: this.name });
    this.#isImported = true;
    await this['~sources'].loadModules(settings);
    await this['~state'].periodic.configure();
    // Options that cannot be are found now rather than with the first message.
    for (const name of this.tasks.names()) this.tasks.get(name);
  }
}
