import { type AnyArguments, type AsyncResult, type ResultNode, Signature } from '@celeriac/core';

/**
 * Signatures that run one after the other, each with the result of the one before.
 * @see celery/canvas.py _chain
 */
export class Chain<
  Result = unknown,
  Missing extends readonly unknown[] = AnyArguments,
  Handle extends ResultNode = AsyncResult<Result>,
> extends Signature<Result, Missing, Handle> {}
