import { escapeForLog } from '@celeriac/protocol';
import { NotRegisteredError } from '../builtin/not-registered-error.ts';
import { bindArguments } from '../execute/bind-arguments.ts';
import { AsyncResult } from '../result/async-result.ts';
import { EagerResult } from '../result/eager-result.ts';
import type { ErrorRegistry } from '../result/failure-error.ts';
import type { ResultSource } from '../result/result-source.ts';
import type { AppRuntime } from '../runtime/app-runtime.ts';
import type { CallOptions, EagerOptions, TaskCaller } from '../task/task.ts';
import { EagerRun } from './eager-run.ts';

const NO_KWARGS: { readonly [name: string]: unknown } = Object.freeze(Object.create(null));
const IGNORED = Object.freeze({ ignored: true });

/** Makes the calls of an app's tasks. */
export class AppCaller implements TaskCaller {
  readonly #runtime: AppRuntime;
  readonly #source: ResultSource;
  readonly #errors: ErrorRegistry;
  readonly #eager: EagerRun;

  constructor(runtime: AppRuntime, source: ResultSource, errors: ErrorRegistry) {
    this.#runtime = runtime;
    this.#source = source;
    this.#errors = errors;
    this.#eager = new EagerRun(runtime);
  }

  async call(name: string, args: readonly unknown[], options: CallOptions, eagerly: boolean): Promise<AsyncResult> {
    const runtime = this.#runtime;
    const { settings } = runtime;
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
    const task = this.#runtime.tasks.get(name);
    if (task === undefined) throw new NotRegisteredError(name);
    const { kwargs = NO_KWARGS, throw: propagate = this.#runtime.settings.taskEagerPropagates, ...rest } = options;
    const meta = await this.#eager.run({ task, args, kwargs, options: rest });
    if (propagate && (meta.status === 'FAILURE' || meta.status === 'REVOKED')) throw this.#errors.errorOf(meta);
    return new EagerResult(meta, this.#errors);
  }
}
