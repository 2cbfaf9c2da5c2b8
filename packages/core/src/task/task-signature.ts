import type { SignatureJson } from '@celeriac/protocol';
import { toWireOptions, type WireOptions } from '../signature/option-names.ts';
import type { ApplyOptions } from './apply-options.ts';

/** What a signature is made of. */
export interface SignatureParts {
  readonly args?: readonly unknown[];
  readonly kwargs?: { readonly [name: string]: unknown };
  readonly options?: ApplyOptions;
  /** Takes no results of what runs before it. */
  readonly immutable?: boolean;
}

/**
 * A call that is described, not made: for `link`, `linkError` and workflows. Travels inside messages as JSON.
 * @see celery/canvas.py Signature
 */
export class TaskSignature<Result = unknown> {
  readonly task: string;
  readonly args: readonly unknown[];
  readonly kwargs: { readonly [name: string]: unknown };
  readonly immutable: boolean;
  readonly #options: WireOptions;
  /** Only for types: what the task returns. */
  declare readonly result?: Result;

  constructor(task: string, { args = [], kwargs = {}, options = {}, immutable = false }: SignatureParts = {}) {
    this.task = task;
    this.args = args;
    this.kwargs = kwargs;
    this.immutable = immutable;
    this.#options = toWireOptions(options);
  }

  toJSON(): SignatureJson {
    const { task, args, kwargs, immutable } = this;
    return { task, args, kwargs, options: this.#options, subtask_type: null, immutable };
  }
}
