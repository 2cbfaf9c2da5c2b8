import type { ResultMeta, ResultTuple } from '@celeriac/protocol';
import type { NodeReply } from '../control/control-replies.ts';
import type { ResultNode, RevokeResultOptions, WaitOptions } from './result-node.ts';

/** What results are read from. */
export interface ResultStore {
  /** What stands now; undefined for unknown ids. */
  load(id: string): Promise<ResultMeta | undefined>;
  /** The final result. @throws {ResultTimeoutError} | @throws the signal's reason */
  wait(id: string, options: WaitOptions): Promise<ResultMeta>;
  forget(ids: readonly string[]): Promise<void>;
  /** Keeps the handle of a group or workflow under an id; null forgets it. @throws {GroupsNotKeptError} */
  saveGroup(id: string, tuple: ResultTuple | null): Promise<void>;
  /** Undefined for one that was never saved. @throws {GroupsNotKeptError} */
  loadGroup(id: string): Promise<ResultTuple | undefined>;
  /** The error to throw for a failure. */
  errorOf(meta: ResultMeta): Error;
}

/** What results are read from, and who tells workers that they are not wanted any more. */
export interface ResultOwner extends ResultStore {
  revoke(ids: readonly string[], options: RevokeResultOptions): Promise<readonly NodeReply[]>;
}

/** Where results come from. */
export interface ResultSource extends ResultOwner {
  /** The result that a handle on the wire means. */
  nodeOf(tuple: ResultTuple): ResultNode;
}
