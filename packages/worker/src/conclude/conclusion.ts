import type { StoreRequest } from '@celeriac/backend';
import type { FinishedMember, RetryDestination, SignatureApplication } from '@celeriac/core/internal';
import type { ExceptionInfo, SignatureJson, TaskCall } from '@celeriac/protocol';
import type { SettleHow } from '@celeriac/transport';
import type { QuarantineReason } from '../quarantine/quarantine-message.ts';
import type { TaskEvent } from '../request/task-event.ts';

interface Step {
  /** Required, so that no path can forget a message. Without meaning once it was acknowledged. */
  readonly settle: SettleHow;
  /** Absent: no state is stored. */
  readonly store: StoreRequest | undefined;
  /** What monitors are told, after everything else; empty unless they listen. */
  readonly events: readonly TaskEvent[];
}

/** Publish, store, report to the chord, settle. */
export interface SuccessConclusion extends Step {
  readonly kind: 'success';
  /** Callbacks and the next step of the chain. Their result handles become children in `store`. */
  readonly publish: readonly SignatureApplication[];
  readonly member: FinishedMember | undefined;
}

/** Store, report to the chord, fail what was to follow, call errbacks, quarantine, settle. */
export interface FailureConclusion extends Step {
  readonly kind: 'failure';
  readonly member: FinishedMember | undefined;
  /** The steps of the chain that will never run. */
  readonly chain: readonly SignatureJson[];
  readonly errbacks: readonly SignatureJson[];
  readonly cause: { readonly exception: ExceptionInfo; readonly traceback: string | null };
  readonly quarantine: QuarantineReason | undefined;
}

/** Publish the next attempt, store, settle. */
export interface RetryConclusion extends Step {
  readonly kind: 'retry';
  readonly call: TaskCall;
  readonly destination: RetryDestination;
}

/** Only settle. */
export interface PlainConclusion extends Step {
  readonly kind: 'plain';
}

/** Everything that is to be done about a task that has ended, as data. */
export type Conclusion = SuccessConclusion | FailureConclusion | RetryConclusion | PlainConclusion;
