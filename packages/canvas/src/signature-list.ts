import { type AnySignature, Signature, SignatureError } from '@celeriac/core';
import type { SignatureJson } from '@celeriac/protocol';
import { fromJson } from './from-json.ts';

/**
 * The members of a workflow, from a list, from any other iterable, or given one by one. An iterable is gone through once.
 * @param place - what to call them in errors: `group`
 * @throws {SignatureError} naming the member that is no signature
 */
export function signatureList(given: readonly unknown[], place: string): readonly AnySignature[] {
  const [only] = given;
  const members = given.length === 1 && isIterable(only) ? [...only] : given;
  return members.map((member, index) => signatureFrom(member, `${place}[${index}]`));
}

/** @throws {SignatureError} */
export function signatureFrom(value: unknown, place: string): AnySignature {
  if (value instanceof Signature) return value;
  // Of another copy of the core package, or plain data.
  const json = typeof value === 'object' && value !== null && 'toJSON' in value ? jsonOf(value) : value;
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new SignatureError(place, `must be a signature, not ${kindOf(value)}`, {
      hint:
        typeof value === 'object' || typeof value === 'function'
          ? 'Write task.s(…).'
          : 'Write task.s(…) or app.signature(name).',
    });
  }
  return fromJson(json as SignatureJson, undefined, place);
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}

function jsonOf(value: object): unknown {
  const { toJSON } = value as { toJSON: unknown };
  return typeof toJSON === 'function' ? toJSON.call(value) : value;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value;
}
