import { type AnyArguments, type AsyncResult, type ResultNode, Signature } from '@celeriac/core';

/**
 * A header of signatures that run in parallel, and a body that gets the list of their results.
 * @see celery/canvas.py _chord
 */
export class Chord<
  Result = unknown,
  Missing extends readonly unknown[] = AnyArguments,
  Handle extends ResultNode = AsyncResult<Result>,
> extends Signature<Result, Missing, Handle> {}
