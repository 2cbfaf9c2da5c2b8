import type { SignatureJson } from '@celeriac/protocol';
import type { AsyncResult } from '../result/async-result.ts';
import type { EagerResult } from '../result/eager-result.ts';
import type { ResultNode } from '../result/result-node.ts';
import type { AppEngine } from '../runtime/app-engine.ts';
import type { CallOptions, EagerOptions, FreezeOptions, SignatureCall, TaskCaller } from '../task/task-caller.ts';

/** Where the app's engine is, once it is loaded. */
export interface EngineSlot {
  readonly engine: AppEngine | undefined;
}

/** Makes calls as soon as the app's engine is loaded; from then on without a detour. */
export class LazyCaller implements TaskCaller {
  readonly #slot: EngineSlot;
  readonly #load: () => Promise<AppEngine>;

  constructor(slot: EngineSlot, load: () => Promise<AppEngine>) {
    this.#slot = slot;
    this.#load = load;
  }

  call(name: string, args: readonly unknown[], options: CallOptions, eagerly: boolean): Promise<AsyncResult> {
    const { engine } = this.#slot;
    if (engine !== undefined) return engine.caller.call(name, args, options, eagerly);
    return this.#load().then(({ caller }) => caller.call(name, args, options, eagerly));
  }

  async apply(name: string, args: readonly unknown[], options: EagerOptions): Promise<EagerResult> {
    return (await this.#caller()).apply(name, args, options);
  }

  send(call: SignatureCall): Promise<ResultNode> {
    const { engine } = this.#slot;
    if (engine !== undefined) return engine.caller.send(call);
    return this.#load().then(({ caller }) => caller.send(call));
  }

  async applySignature(call: SignatureCall): Promise<ResultNode> {
    return (await this.#caller()).applySignature(call);
  }

  async elect(signature: SignatureJson): Promise<ResultNode> {
    return (await this.#caller()).elect(signature);
  }

  async freezeSignature(
    signature: SignatureJson,
    options: FreezeOptions,
  ): Promise<{ readonly signature: SignatureJson; readonly result: ResultNode }> {
    return (await this.#caller()).freezeSignature(signature, options);
  }

  async #caller(): Promise<TaskCaller> {
    return (this.#slot.engine ?? (await this.#load())).caller;
  }
}
