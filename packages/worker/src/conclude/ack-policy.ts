import type { SettleHow } from '@celeriac/transport';
import type { AckOptions } from '../request/ack-options.ts';

/** How a run ended, as far as acknowledging is concerned. */
export type AckCase =
  | 'success'
  | 'failure'
  | 'timeout'
  | 'retry'
  | 'ignore'
  | 'reject'
  | 'reject-requeue'
  | 'worker-lost'
  | 'revoked'
  | 'not-registered'
  | 'undecodable'
  | 'invalid'
  | 'poison';

/**
 * `ack-on-failure`: acknowledged if `acksOnFailure`, else discarded. `ack-on-timeout`: acknowledged if `acksOnTimeout`, else
 * requeued. `requeue-if-lost`: requeued if `rejectOnWorkerLost`, else as a failure.
 */
type LateRule = SettleHow | 'ack-on-failure' | 'ack-on-timeout' | 'requeue-if-lost';

/** Late acknowledgement; the rules of an early one are that everything which started is acknowledged already. */
const RULES: { readonly [name in AckCase]: LateRule } = Object.freeze({
  success: 'ack',
  failure: 'ack-on-failure',
  timeout: 'ack-on-timeout',
  retry: 'ack',
  ignore: 'ack',
  reject: 'discard',
  'reject-requeue': 'requeue',
  'worker-lost': 'requeue-if-lost',
  revoked: 'ack',
  'not-registered': 'discard',
  undecodable: 'ack',
  invalid: 'discard',
  poison: 'ack',
});

/**
 * How a message is settled after its run. The answer holds for messages that are not acknowledged yet: those of
 * `acksLate` tasks, and those that never started.
 * @see celery/worker/request.py on_success, on_failure, on_retry, on_timeout
 */
export function settlementOf(ackCase: AckCase, options: AckOptions): SettleHow {
  const rule = RULES[ackCase];
  const { acksOnFailureOrTimeout, acksOnFailure, acksOnTimeout } = options;
  if (rule === 'ack-on-timeout') return (acksOnTimeout ?? acksOnFailureOrTimeout) ? 'ack' : 'requeue';
  if (rule === 'requeue-if-lost' && options.acksLate && options.rejectOnWorkerLost) return 'requeue';
  if (rule === 'requeue-if-lost' || rule === 'ack-on-failure') {
    return (acksOnFailure ?? acksOnFailureOrTimeout) ? 'ack' : 'discard';
  }
  return rule;
}
