import type { AnySignature, MissingOf, ResultOf } from '@celeriac/core';
import { groupOf } from '@celeriac/core/internal';
import { type CanvasOptions, callerOf } from './canvas-options.ts';
import type { FlatResults, GroupMissing, ResultsOf } from './canvas-types.ts';
import { Group } from './group-signature.ts';
import { signatureList } from './signature-list.ts';

/**
 * Signatures that run in parallel, all with the same arguments before their own. The result is the list of theirs, in order.
 *
 * A group that is written with one member stands for that member in a chain, as in Celery; a list of one stays a list.
 * @throws {SignatureError} for a member that is no signature
 * @see celery/canvas.py group
 */
export function group<const Only extends AnySignature>(
  only: Only,
): Group<[ResultOf<Only>], MissingOf<Only>, FlatResults<[Only]>> & { readonly '~only': Only };
export function group<const Members extends readonly AnySignature[]>(
  members: Members,
  options?: CanvasOptions,
): Group<ResultsOf<Members>, GroupMissing<Members>, FlatResults<Members>>;
/** From any iterable, a generator for instance, which is gone through once. */
export function group<Member extends AnySignature>(
  members: Iterable<Member>,
  options?: CanvasOptions,
): Group<ResultOf<Member>[], GroupMissing<readonly Member[]>, FlatResults<Member[]>>;
export function group<const Members extends readonly AnySignature[]>(
  ...members: Members
): Group<ResultsOf<Members>, GroupMissing<Members>, FlatResults<Members>>;
export function group(...given: readonly unknown[]): Group<unknown[], never> {
  const [first, second] = given;
  const isList = typeof first === 'object' && first !== null && Symbol.iterator in first;
  const members = signatureList(isList ? [first] : given, 'group');
  const options = isList ? (second as CanvasOptions | undefined) : undefined;
  const json = groupOf(members.map((member) => member.toJSON()));
  return new Group(json, callerOf(members, options), !isList && members.length === 1);
}
