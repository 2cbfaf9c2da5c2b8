import { escapeForLog } from '@celeriac/protocol';
import { NotRegisteredError } from '../builtin/not-registered-error.ts';
import { bindArguments } from '../execute/bind-arguments.ts';
import { checkCall } from '../publish/check-call.ts';
import { AsyncResult } from '../result/async-result.ts';
import { EagerResult } from '../result/eager-result.ts';
import type { ErrorRegistry } from '../result/failure-error.ts';
import type { ResultSource } from '../result/result-source.ts';
import type { AppEngine } from '../runtime/app-engine.ts';
import type { CallOptions, EagerOptions, TaskCaller } from '../task/task.ts';
import { EagerRun } from './eager-run.ts';

const NO_KWARGS: { readonly [name: string]: unknown } = Object.freeze(Object.create(null));
const IGNORED = Object.freeze({ ignored: true });

/** Makes the calls of an app's tasks. */
export class AppCaller implements TaskCaller {
  readonly #runtime: AppEngine;
  readonly #source: ResultSource;
  readonly #errors: ErrorRegistry;
  readonly #eager: EagerRun;

  constructor(runtime: AppEngine, errors: ErrorRegistry) {
    this.#runtime = runtime;
    // A closed app may be used again: then its consumer is another one.
    this.#source = {
      load: (id) => runtime.consumer.load(id),
      wait: (id, wait) => runtime.consumer.wait(id, wait),
      forget: (id) => runtime.consumer.forget(id),
      errorOf: (meta) => errors.errorOf(meta),
    };
    this.#errors = errors;
    this.#eager = new EagerRun(runtime);
  }

  async call(name: string, args: readonly unknown[], options: CallOptions, eagerly: boolean): Promise<AsyncResult> {
    const runtime = this.#runtime;
    const { settings } = runtime;
    checkCall(name, args, options, runtime.tasks.has(name));
    const kwargs = options.kwargs ?? NO_KWARGS;
    if (settings.taskAlwaysEager) {
      if (eagerly) return this.apply(name, args, options);
      runtime.logger.warning(`taskAlwaysEager does not apply to ${escapeForLog(name)}, which was sent by name`);
    }
    const task = runtime.tasks.get(name);
    if (task?.options.typing === true && Array.isArray(task.parameters)) bindArguments(task, args, kwargs);
    const sent = runtime.publisher.send({ name, args, kwargs, options, task });
    await sent.held;
    const ignored = options.ignoreResult ?? task?.options.ignoreResult ?? settings.taskIgnoreResult;
    return new AsyncResult(sent.id, this.#source, ignored ? IGNORED : undefined);
  }

  async apply(name: string, args: readonly unknown[], options: EagerOptions): Promise<EagerResult> {
    checkCall(name, args, options, this.#runtime.tasks.has(name));
    const task = this.#runtime.tasks.get(name);
    if (task === undefined) throw new NotRegisteredError(name);
    const { kwargs = NO_KWARGS, throw: propagate = this.#runtime.settings.taskEagerPropagates, ...rest } = options;
    const meta = await this.#eager.run({ task, args, kwargs, options: rest });
    if (propagate && (meta.status === 'FAILURE' || meta.status === 'REVOKED')) throw this.#errors.errorOf(meta);
    return new EagerResult(meta, this.#errors);
  }
}
