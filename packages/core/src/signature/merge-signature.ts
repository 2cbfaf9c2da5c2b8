import type { SignatureJson } from '@celeriac/protocol';
import type { WireOptions } from './option-names.ts';

/** What is added to a signature as it is applied. */
export interface SignatureAdditions {
  /** Put before the stored arguments. */
  readonly args?: readonly unknown[];
  /** Win over the stored ones. */
  readonly kwargs?: { readonly [name: string]: unknown };
  /** Win over the stored ones, but for `group_id` and stamps, which stay as stored. */
  readonly options?: WireOptions;
}

/**
 * The signature with the additions merged in. An immutable signature takes options only.
 * @see celery/canvas.py Signature._merge
 */
export function mergeSignature(signature: SignatureJson, additions: SignatureAdditions): SignatureJson {
  const options =
    additions.options === undefined ? signature.options : mergeOptions(signature.options, additions.options);
  if (signature.immutable) return options === signature.options ? signature : { ...signature, options };
  const { args, kwargs } = additions;
  return {
    ...signature,
    args: args === undefined || args.length === 0 ? signature.args : [...args, ...signature.args],
    kwargs: kwargs === undefined ? signature.kwargs : ownRecord(signature.kwargs, kwargs),
    options,
  };
}

/** Stored options with new ones over them. */
function mergeOptions(stored: WireOptions, added: WireOptions): WireOptions {
  const merged = ownRecord(stored, added) as Record<string, unknown>;
  if (stored['group_id'] !== undefined && stored['group_id'] !== null) merged['group_id'] = stored['group_id'];
  const own = stored['stamped_headers'];
  const names = added['stamped_headers'];
  if (Array.isArray(own) && Array.isArray(names)) {
    // The signature's own stamps stand.
    for (const name of own) if (typeof name === 'string') merged[name] = stored[name];
    merged['stamped_headers'] = [...new Set([...own, ...names])];
  }
  return merged;
}

function ownRecord(...parts: readonly { readonly [name: string]: unknown }[]): { readonly [name: string]: unknown } {
  const record: Record<string, unknown> = Object.create(null);
  for (const part of parts) for (const name of Object.keys(part)) record[name] = part[name];
  return record;
}
