import type { SignatureJson } from '@celeriac/protocol';
import type { AsyncResult } from '../result/async-result.ts';
import type { EagerResult } from '../result/eager-result.ts';
import type { ResultNode } from '../result/result-node.ts';
import type { SignatureLike } from '../signature/signature-like.ts';
import type { ApplyOptions } from './apply-options.ts';

/** Options of one call, with keyword arguments. */
export interface CallOptions extends ApplyOptions {
  /** Arguments by name, after the positional ones; the task declares the names as its `parameters`. */
  readonly kwargs?: { readonly [name: string]: unknown };
}

/** Options of a call in this process. */
export interface EagerOptions extends CallOptions {
  /** Throw the task's error. Default: `taskEagerPropagates`. */
  readonly throw?: boolean;
}

/** A signature to send, and what is added to it. */
export interface SignatureCall {
  readonly signature: SignatureJson;
  readonly args: readonly unknown[];
  readonly options: EagerOptions;
}

/** Ids to give out before anything is sent. */
export interface FreezeOptions {
  /** Of the task, or of the last one of a workflow; of a group: its own. */
  readonly taskId?: string;
  readonly groupId?: string;
  readonly groupIndex?: number;
  readonly chord?: SignatureLike;
  readonly rootId?: string;
  readonly parentId?: string;
}

/** Makes calls: the app. */
export interface TaskCaller {
  call(name: string, args: readonly unknown[], options: CallOptions, eagerly: boolean): Promise<AsyncResult>;
  apply(name: string, args: readonly unknown[], options: EagerOptions): Promise<EagerResult>;
  /** Sends a signature of any kind. @throws {SignatureError} */
  send(call: SignatureCall): Promise<ResultNode>;
  /** Runs a signature of any kind in this process. */
  applySignature(call: SignatureCall): Promise<ResultNode>;
  /** Lets the workers choose one of them, which sends the signature. @throws {SignatureError} */
  elect(signature: SignatureJson): Promise<ResultNode>;
  freezeSignature(
    signature: SignatureJson,
    options: FreezeOptions,
  ): Promise<{ readonly signature: SignatureJson; readonly result: ResultNode }>;
}
