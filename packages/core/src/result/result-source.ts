import type { ResultMeta } from '@celeriac/protocol';

/** How long to wait for a result. */
export interface WaitOptions {
  /** Milliseconds; undefined = for ever. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Where results come from. */
export interface ResultSource {
  /** What stands now; undefined for unknown ids. */
  load(id: string): Promise<ResultMeta | undefined>;
  /** The final result. @throws {ResultTimeoutError} | @throws the signal's reason */
  wait(id: string, options: WaitOptions): Promise<ResultMeta>;
  forget(id: string): Promise<void>;
  /** The error to throw for a failure. */
  errorOf(meta: ResultMeta): Error;
}
