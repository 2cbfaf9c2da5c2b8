import type { ResultMeta, ResultTuple } from '@celeriac/protocol';
import type { NodeReply } from '../control/control-replies.ts';

/** How long to wait for a result. */
export interface WaitOptions {
  /** Milliseconds; undefined = for ever. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Options of `get`. */
export interface GetOptions extends WaitOptions {
  /** Whether a failure of the task is thrown, else its description is returned. Default true. */
  readonly propagate?: boolean;
  /** Whether waiting inside of a task is refused. Default true. */
  readonly disableSyncSubtasks?: boolean;
  /** Whether a failure of what runs before, in a chain, ends the wait. Default true. */
  readonly followParents?: boolean;
}

/** How a task that was sent is called back. */
export interface RevokeResultOptions {
  /** End it also when it runs already. Default false. */
  readonly terminate?: boolean;
  /** The signal for its process then. Default `SIGTERM`. */
  readonly signal?: NodeJS.Signals;
  /** Wait for the workers' replies. Default false. */
  readonly wait?: boolean;
  /** How long to wait for them. Milliseconds; default 1,000. */
  readonly timeoutMs?: number;
}

/** The result of one task or of a group: what graphs of results are made of. */
export interface ResultNode<Result = unknown> {
  readonly id: string;
  /** What ran before it in a workflow; undefined when unknown. */
  readonly parent: ResultNode | undefined;
  /** The members of a group; undefined for a single task. */
  readonly members: readonly ResultNode[] | undefined;
  get(options?: GetOptions): Promise<Result>;
  /** All that is stored of a task; groups have nothing. */
  meta?(): Promise<ResultMeta | undefined>;
  ready(): Promise<boolean>;
  successful(): Promise<boolean>;
  failed(): Promise<boolean>;
  /** The results of what this one sent; the members of a group. */
  children(): Promise<readonly ResultNode[]>;
  forget(): Promise<void>;
  /** Tells workers not to run it. */
  revoke(options?: RevokeResultOptions): Promise<readonly NodeReply[]>;
  /** As it travels. @see celery/result.py as_tuple */
  asTuple(): ResultTuple;
}
