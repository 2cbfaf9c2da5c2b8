/** The kinds of signature that travel with a `subtask_type`. */
export type SubtaskType = 'chain' | 'group' | 'chord' | 'chunks' | 'xmap' | 'xstarmap' | null;

/**
 * A signature as it travels: Celery's keys in Celery's order.
 * @see celery/canvas.py Signature
 */
export interface SignatureJson {
  readonly task: string;
  readonly args: readonly unknown[];
  readonly kwargs: { readonly [name: string]: unknown };
  /** apply_async's options by Python name (`task_id`, `link_error`, `countdown`, …). */
  readonly options: { readonly [name: string]: unknown };
  readonly subtask_type: SubtaskType;
  readonly immutable: boolean;
  readonly chord_size?: number | null;
}

/** The third element of a v2 body. `chain` is reversed: its last element is the next step. */
export interface Embed {
  readonly callbacks: readonly SignatureJson[] | null;
  readonly errbacks: readonly SignatureJson[] | null;
  readonly chain: readonly SignatureJson[] | null;
  readonly chord: SignatureJson | null;
}

/** `[[id, parent], children]`: a result handle on the wire. @see celery/result.py as_tuple */
export type ResultTuple = readonly [readonly [string, ResultTuple | null], readonly ResultTuple[] | null];

/** The keyword arguments of a task, by parameter name. */
export type Kwargs = { readonly [name: string]: unknown };
