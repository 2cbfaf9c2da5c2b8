import type { SignatureJson } from '@celeriac/protocol';
import { bodyOf, headerOf, listOf, membersOf, withOptions } from './signature-parts.ts';

/** Stamps by name. */
export type Stamps = { readonly [name: string]: unknown };

/**
 * A signature, its members and its links with stamps. What a task has already stays, unless `append` gathers both values in
 * a list.
 * @see celery/canvas.py Signature.stamp, _stamp_headers
 */
export function stampSignature(signature: SignatureJson, stamps: Stamps, append = false): SignatureJson {
  const linked = stampLinks(signature, stamps, append);
  const inner = (one: SignatureJson): SignatureJson => stampSignature(one, stamps, append);
  switch (signature.subtask_type) {
    case 'chain':
    case 'group':
      return { ...linked, kwargs: { ...linked.kwargs, tasks: membersOf(linked).map(inner) } };
    case 'chord':
      return {
        ...linked,
        kwargs: { ...linked.kwargs, header: stampHeader(linked, inner), body: inner(bodyOf(linked)) },
      };
    default:
      return addStamps(linked, stamps, append);
  }
}

/** One task with stamps; nothing nested. */
function addStamps(signature: SignatureJson, stamps: Stamps, append: boolean): SignatureJson {
  const names = Object.keys(stamps);
  if (names.length === 0) return signature;
  const known = stampNamesOf(signature);
  const added: Record<string, unknown> = Object.create(null);
  for (const name of names) {
    if (RESERVED.has(name)) throw new TypeError(`"${name}" is an option of calls and cannot be a stamp.`);
    const had = known.includes(name) ? signature.options[name] : undefined;
    if (had === undefined) added[name] = stamps[name];
    else if (append) added[name] = [...listed(had), ...listed(stamps[name])];
  }
  return withOptions(signature, { stamped_headers: [...new Set([...known, ...names])], ...added });
}

/** The names of the stamps that a signature carries. */
function stampNamesOf({ options }: SignatureJson): readonly string[] {
  const names = options['stamped_headers'];
  return Array.isArray(names) ? names.filter((name): name is string => typeof name === 'string') : [];
}

function stampLinks(signature: SignatureJson, stamps: Stamps, append: boolean): SignatureJson {
  let stamped = signature;
  for (const kind of ['link', 'link_error'] as const) {
    const links = listOf(signature.options[kind]);
    if (links.length === 0) continue;
    stamped = withOptions(stamped, { [kind]: links.map((link) => stampSignature(link, stamps, append)) });
  }
  return stamped;
}

function stampHeader(chord: SignatureJson, inner: (one: SignatureJson) => SignatureJson): unknown {
  const { header } = chord.kwargs;
  const members = headerOf(chord).map(inner);
  if (Array.isArray(header) || header === null || header === undefined) return members;
  const group = header as SignatureJson;
  return { ...group, kwargs: { ...group.kwargs, tasks: members } };
}

function listed(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

/** Stamps lie among the options, where these have meanings of their own. */
const RESERVED: ReadonlySet<string> = new Set([
  'task_id',
  'link',
  'link_error',
  'chain',
  'chord',
  'group_id',
  'group_index',
  'root_id',
  'parent_id',
  'reply_to',
  'stamped_headers',
  'countdown',
  'eta',
  'expires',
  'queue',
  'exchange',
  'routing_key',
  'priority',
  'serializer',
  'compression',
  'headers',
  'retries',
  'time_limit',
  'soft_time_limit',
  'ignore_result',
  '__proto__',
]);
