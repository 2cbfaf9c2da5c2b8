import { DEFAULT_LIMITS } from './limits.ts';
import { describeType, isRecord, type PlainRecord, toRecord } from './plain-record.ts';
import { InvalidTaskError } from './protocol-errors.ts';
import type { Embed, SignatureJson, SubtaskType } from './signature-json.ts';

const SUBTASK_TYPES: ReadonlySet<unknown> = new Set(['chain', 'group', 'chord', 'chunks', 'xmap', 'xstarmap']);

/** Options that hold signatures: a list for links, one for a chord. */
const LINK_OPTIONS = ['link', 'link_error'] as const;

/**
 * Checks a signature and everything nested in it, and gives it Celery's key order. Missing parts get their defaults;
 * a `subtask_type` of another kind than known is read as a plain task.
 * @param path - what to call it in errors: `embed.chain[0]`
 * @throws {InvalidTaskError} naming the field at fault, or nesting beyond 512 levels
 * @see celery/canvas.py Signature
 */
export function parseSignature(value: unknown, path: string): SignatureJson {
  return parseAt(value, path, 0);
}

/** Like {@link parseSignature} for a list of signatures; null and a missing list are null. */
export function parseSignatures(value: unknown, path: string): SignatureJson[] | null {
  if (value === null || value === undefined) return null;
  return parseList(value, path, 0);
}

/** The third element of a v2 body, complete and in Celery's order. */
export function embedOf(parts: Partial<Embed>): Embed {
  return {
    callbacks: parts.callbacks ?? null,
    errbacks: parts.errbacks ?? null,
    chain: parts.chain ?? null,
    chord: parts.chord ?? null,
  };
}

/** What was checked and made here: never changed afterwards, so it need not be looked at again when it is sent on. */
const CHECKED: WeakSet<object> = new WeakSet();

function parseAt(value: unknown, path: string, depth: number): SignatureJson {
  if (typeof value === 'object' && value !== null && CHECKED.has(value)) return value as SignatureJson;
  const signature = readAt(value, path, depth);
  CHECKED.add(signature);
  return signature;
}

function readAt(value: unknown, path: string, depth: number): SignatureJson {
  if (depth > DEFAULT_LIMITS.maxDepth) throw new InvalidTaskError(path.slice(0, 200), 'is nested too deep');
  if (!isRecord(value)) throw new InvalidTaskError(path, `must be a signature, not ${describeType(value)}`);
  const task = value['task'];
  if (typeof task !== 'string' || task === '') {
    throw new InvalidTaskError(`${path}.task`, `must be a task name, not ${describeType(task)}`);
  }
  const signature: SignatureJson = {
    task,
    args: listOf(value['args'], `${path}.args`),
    kwargs: parseKwargs(value, path, depth),
    options: parseOptions(value['options'], `${path}.options`, depth),
    subtask_type: SUBTASK_TYPES.has(value['subtask_type']) ? (value['subtask_type'] as SubtaskType) : null,
    immutable: value['immutable'] === true,
  };
  return typeof value['chord_size'] === 'number' || value['chord_size'] === null
    ? { ...signature, chord_size: value['chord_size'] }
    : signature;
}

function parseKwargs(signature: PlainRecord, path: string, depth: number): PlainRecord {
  const kwargs = recordOf(signature['kwargs'], `${path}.kwargs`);
  switch (signature['subtask_type'] ?? signature['task']) {
    case 'group':
    case 'chain':
      return replaced(kwargs, 'tasks', parseList(kwargs['tasks'] ?? [], `${path}.kwargs.tasks`, depth));
    case 'chord':
      return parseChordKwargs(kwargs, `${path}.kwargs`, depth);
    case 'celery.map':
    case 'celery.starmap':
    case 'celery.chunks':
      return kwargs['task'] === undefined
        ? kwargs
        : replaced(kwargs, 'task', parseAt(kwargs['task'], `${path}.kwargs.task`, depth + 1));
    default:
      return kwargs;
  }
}

/** The header is a list before the chord is frozen and a group afterwards. */
function parseChordKwargs(kwargs: PlainRecord, path: string, depth: number): PlainRecord {
  const header = kwargs['header'];
  const parsedHeader = Array.isArray(header)
    ? parseList(header, `${path}.header`, depth)
    : parseAt(header, `${path}.header`, depth + 1);
  const withHeader = replaced(kwargs, 'header', parsedHeader);
  const body = kwargs['body'];
  if (body === null || body === undefined) return withHeader;
  return replaced(withHeader, 'body', parseAt(body, `${path}.body`, depth + 1));
}

function parseOptions(value: unknown, path: string, depth: number): PlainRecord {
  let options = recordOf(value, path);
  for (const name of LINK_OPTIONS) {
    const links = options[name];
    if (links === undefined || links === null) continue;
    const parsed = Array.isArray(links)
      ? parseList(links, `${path}.${name}`, depth)
      : parseAt(links, `${path}.${name}`, depth + 1);
    options = replaced(options, name, parsed);
  }
  const chord = options['chord'];
  // A chord option may also be the name or false in hand-made signatures of other clients; only objects are signatures.
  return isRecord(chord) ? replaced(options, 'chord', parseAt(chord, `${path}.chord`, depth + 1)) : options;
}

function parseList(value: unknown, path: string, depth: number): SignatureJson[] {
  if (!Array.isArray(value))
    throw new InvalidTaskError(path, `must be a list of signatures, not ${describeType(value)}`);
  return value.map((item, index) => parseAt(item, `${path}[${index}]`, depth + 1));
}

function listOf(value: unknown, path: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new InvalidTaskError(path, `must be a list, not ${describeType(value)}`);
  return value;
}

function recordOf(value: unknown, path: string): PlainRecord {
  if (value === undefined || value === null) return {};
  if (!isRecord(value)) throw new InvalidTaskError(path, `must be an object, not ${describeType(value)}`);
  return toRecord(value);
}

/** A copy with one value exchanged, in the same key order. */
function replaced(record: PlainRecord, key: string, value: unknown): PlainRecord {
  const copy = toRecord({ ...record });
  copy[key] = value;
  return copy;
}
