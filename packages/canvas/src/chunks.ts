import { type AnyArguments, type CallOptions, type GroupResult, Signature } from '@celeriac/core';
import { groupOf } from '@celeriac/core/internal';
import type { SignatureJson } from '@celeriac/protocol';
import type { Mappable } from './canvas-types.ts';
import { Group } from './group-signature.ts';
import { sequenceJson, signatureOf } from './map.ts';

/**
 * Many calls of one task, some of them in each message: a group of starmaps, as which it is sent.
 * @see celery/canvas.py chunks
 */
export class Chunks<Result = unknown> extends Signature<Result[][], AnyArguments, GroupResult<Result[][]>> {
  /** Sends one message for every chunk. */
  override delay(): Promise<GroupResult<Result[][]>> {
    return this.group().delay();
  }

  override applyAsync(_args: readonly unknown[] = [], options?: CallOptions): Promise<GroupResult<Result[][]>> {
    return this.group().applyAsync([], options);
  }

  /** The group that it is sent as. @see celery/canvas.py chunks.group */
  group(): Group<Result[][], AnyArguments> {
    const { task, it, n } = this.kwargs as {
      readonly task: SignatureJson;
      readonly it: readonly unknown[];
      readonly n: number;
    };
    const parts: SignatureJson[] = [];
    for (let from = 0; from < it.length; from += n)
      parts.push(sequenceJson('celery.starmap', task, { it: it.slice(from, from + n) }));
    return new Group(groupOf(parts, this.options), this['~caller']);
  }
}

/**
 * Splits many calls of a task into messages of `size` calls each.
 * @param items - a list of arguments for each call; gone through once
 * @throws {RangeError} for a size that is no whole number of at least 1
 */
export function chunks<Args extends readonly unknown[], Result>(
  task: Mappable<Args, Result>,
  items: Iterable<NoInfer<Args>>,
  size: number,
): Chunks<Result> {
  if (!Number.isInteger(size) || size < 1) throw new RangeError(`A chunk has at least 1 call, not ${String(size)}.`);
  const signature = signatureOf(task);
  const it = Array.from(items, (args) => [...args]);
  return new Chunks(sequenceJson('celery.chunks', signature.toJSON(), { it, n: size }), signature['~caller']);
}
