import type { ResultTuple, SignatureJson, TaskCall } from '@celeriac/protocol';
import type { OutgoingMessage } from '@celeriac/transport';
import type { RetryDestination } from '../execute/outcome.ts';
import type { SignatureApplication } from '../signature/plan-signature.ts';
import type { ApplyOptions } from '../task/apply-options.ts';
import type { RegisteredTask } from '../task/registered-task.ts';

/** One call of a task. */
export interface SendRequest {
  readonly name: string;
  readonly args: readonly unknown[];
  readonly kwargs: { readonly [name: string]: unknown };
  readonly options: ApplyOptions;
  /** The task's definition, where this process has it. */
  readonly task?: RegisteredTask | undefined;
}

/** A call that has its id and is on its way. */
export interface SentCall {
  readonly id: string;
  readonly parentId: string | null;
  /** Resolves when the broker holds the message. */
  readonly held: Promise<void>;
}

/** What sends: see `Publisher`. */
export interface TaskPublisher {
  send(request: SendRequest): SentCall;
  applySignatures(applications: readonly SignatureApplication[]): Promise<readonly ResultTuple[]>;
  freeze(signature: SignatureJson): { readonly signature: SignatureJson; readonly result: ResultTuple };
  republish(
    call: TaskCall,
    destination: RetryDestination,
    codec?: { readonly serializer?: string; readonly compression?: string },
  ): Promise<void>;
  publish(message: OutgoingMessage, options?: Pick<ApplyOptions, 'retry' | 'retryPolicy'>): Promise<void>;
}
