import {
  type AnySignature,
  type AsyncResult,
  type MissingOf,
  type ResultNode,
  SignatureError,
  type StepHandle,
  type StepResult,
} from '@celeriac/core';
import { chainOf, joinSteps } from '@celeriac/core/internal';
import { callerOf } from './canvas-options.ts';
import type { CheckedSteps, LastOf } from './canvas-types.ts';
import { Chain } from './chain-signature.ts';
import { signatureList } from './signature-list.ts';

/**
 * One signature after the other, each with the result of the one before as its first argument, unless it is immutable. A
 * group that something follows becomes a chord; what follows a chord follows its body.
 *
 * What the chain lacks is what its first step lacks; its result is that of its last step.
 * @throws {SignatureError} without steps, or for one that is no signature
 * @see celery/canvas.py chain
 */
export function chain<const Steps extends readonly [AnySignature, ...AnySignature[]]>(
  ...steps: Steps & CheckedSteps<Steps>
): Chain<StepResult<LastOf<Steps>>, MissingOf<Steps[0]>, Extract<StepHandle<LastOf<Steps>>, ResultNode>>;
/** The same for steps whose number is not known before; their types are not checked against each other. */
export function chain<Step extends AnySignature>(
  steps: Iterable<Step>,
): Chain<StepResult<Step>, MissingOf<Step>, AsyncResult<StepResult<Step>>>;
export function chain(...given: readonly unknown[]): AnySignature {
  const steps = signatureList(given, 'chain');
  if (steps.length === 0) throw new SignatureError('chain', 'has no steps');
  return new Chain(chainOf(joinSteps(steps.map((step) => step['~step']()))), callerOf(steps));
}
