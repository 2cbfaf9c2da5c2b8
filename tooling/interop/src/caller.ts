/** A call, in words that both languages have. Values are as `@celeriac/protocol` reads JSON: big integers are bigints. */
export interface Call {
  readonly task: string;
  readonly args?: readonly unknown[];
  readonly kwargs?: { readonly [name: string]: unknown };
  readonly options?: CallOptions;
}

/** Options of a call. */
export interface CallOptions {
  readonly queue?: string;
  readonly taskId?: string;
  /** Seconds. */
  readonly countdown?: number;
  /** Unix seconds. */
  readonly eta?: number;
  /** Seconds from now. */
  readonly expires?: number;
  readonly priority?: number;
  readonly serializer?: string;
  readonly compression?: string;
  readonly ignoreResult?: boolean;
  readonly link?: readonly Call[];
  readonly linkError?: readonly Call[];
}

/** A workflow, in words that both languages have. */
export type Flow =
  | { readonly call: Call; readonly immutable?: boolean }
  | { readonly chain: readonly Flow[] }
  | { readonly group: readonly Flow[] }
  | { readonly chord: { readonly header: readonly Flow[]; readonly body: Flow } }
  | { readonly map: { readonly task: Call; readonly items: readonly unknown[] } }
  | { readonly starmap: { readonly task: Call; readonly items: readonly (readonly unknown[])[] } }
  | {
      readonly chunks: { readonly task: Call; readonly items: readonly (readonly unknown[])[]; readonly size: number };
    };

/** An error as the caller's language shows it. */
interface SeenError {
  readonly type: string;
  readonly module: string | null;
  readonly args: readonly unknown[];
  readonly traceback: string | null;
  /** Python only: names of the classes that it is an instance of. */
  readonly bases?: readonly string[];
}

/** How a call ended. */
export interface Outcome {
  readonly state: string;
  readonly value?: unknown;
  readonly error?: SeenError;
  /** It did not end in time. */
  readonly late?: true;
}

/** Many calls at once, and how long that took. */
export interface Burst {
  readonly count: number;
  readonly wrong: number;
  readonly sentMs: number;
  readonly doneMs: number;
}

/** Someone who calls tasks: Python's Celery or Celeriac. */
export interface Caller {
  readonly language: 'python' | 'celeriac';
  /** @returns the task's id */
  send(call: Call): Promise<string>;
  /** @param args - of the workflow's first tasks, before their own @returns the id of its result */
  sendFlow(flow: Flow, args?: readonly unknown[]): Promise<string>;
  outcome(id: string, timeoutMs: number): Promise<Outcome>;
  /** What stands now. */
  state(id: string): Promise<{ readonly state: string; readonly info: unknown }>;
  /** Tells all workers that a task is not to run. */
  revoke(id: string): Promise<void>;
  /** `count` times `interop.add(n, 1)` to a queue, all results read back and compared. */
  burst(queue: string, count: number): Promise<Burst>;
  /**
   * `count` times `interop.clock`, each after the result of the one before and a pause, so that the worker is idle.
   * @returns milliseconds from just before each send to its start
   */
  oneByOne(queue: string, count: number): Promise<readonly number[]>;
}
