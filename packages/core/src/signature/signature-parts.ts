import type { SignatureJson } from '@celeriac/protocol';
import type { WireOptions } from './option-names.ts';

/** The members of a group or the steps of a chain. */
export function membersOf(signature: SignatureJson): readonly SignatureJson[] {
  const tasks = signature.kwargs['tasks'];
  return Array.isArray(tasks) ? (tasks as readonly SignatureJson[]) : [];
}

/** The header's members, whether it is a plain list or a group. */
export function headerOf(chord: SignatureJson): readonly SignatureJson[] {
  const header = chord.kwargs['header'];
  if (Array.isArray(header)) return header as readonly SignatureJson[];
  return header === null || header === undefined ? [] : membersOf(header as SignatureJson);
}

export function bodyOf(chord: SignatureJson): SignatureJson {
  return chord.kwargs['body'] as SignatureJson;
}

/** The signatures of an option that may hold none, one or many. */
export function listOf(value: unknown): readonly SignatureJson[] {
  if (value === undefined || value === null) return [];
  return (Array.isArray(value) ? value : [value]) as readonly SignatureJson[];
}

/** The same signature with more options. */
export function withOptions(signature: SignatureJson, options: WireOptions): SignatureJson {
  return { ...signature, options: { ...signature.options, ...options } };
}

/** The same signature with more callbacks or errbacks; one that it has already is not added again. */
export function addLinks(
  signature: SignatureJson,
  kind: 'link' | 'link_error',
  added: readonly SignatureJson[],
): SignatureJson {
  if (added.length === 0) return signature;
  const links = [...listOf(signature.options[kind])];
  for (const one of added) if (!links.some((other) => isSame(one, other))) links.push(one);
  return withOptions(signature, { [kind]: links });
}

function isSame(one: SignatureJson, other: SignatureJson): boolean {
  if (one === other) return true;
  if (one.task !== other.task) return false;
  try {
    return JSON.stringify(one) === JSON.stringify(other);
  } catch {
    // What cannot be written as text is refused when it is sent.
    return false;
  }
}
