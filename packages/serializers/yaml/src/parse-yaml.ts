import { DecodeError, type MessageLimits, MessageTooLargeError } from '@celeriac/protocol';
import { isAlias, isCollection, parseDocument, type Tags, visit } from 'yaml';

/** More data than this many times what the text holds is an attack, not a message. */
const MOST_ALIASES = 100;

/**
 * The value of a YAML text. Maps become objects whose keys are all own data; integers beyond 2^53 are bigints.
 * @throws {DecodeError} for what is no YAML, for tags, too many aliases, keys that are no plain value, too many levels
 * @throws {MessageTooLargeError}
 */
export function parseYaml(body: Uint8Array, { maxMessageBytes, maxDepth }: MessageLimits): unknown {
  if (body.length > maxMessageBytes) throw new MessageTooLargeError(body.length, maxMessageBytes);
  try {
    return valueOfText(textOf(body), maxDepth);
  } catch (cause) {
    if (cause instanceof DecodeError) throw cause;
    // The parser goes as deep as the text says, and counts what aliases stand for.
    const problem = cause instanceof RangeError ? 'it is nested too deep' : 'too many aliases, or a key that is none';
    throw new DecodeError('yaml', problem, { cause });
  }
}

function textOf(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch (cause) {
    throw new DecodeError('yaml', 'the bytes are not UTF-8', { cause });
  }
}

function valueOfText(text: string, maxDepth: number): unknown {
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    customTags: asPython,
    intAsBigInt: true,
    logLevel: 'error',
  });
  // An unknown tag is but a warning.
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined)
    throw new DecodeError(
      'yaml',
      problem.code === 'TAG_RESOLVE_FAILED' ? 'tags are refused' : 'the text is not valid YAML',
      { cause: problem },
    );
  visit(document, (_key, node, path) => {
    if ((isCollection(node) || isAlias(node)) && path.filter(isCollection).length >= maxDepth) {
      throw new DecodeError('yaml', `more than ${maxDepth} levels`);
    }
  });
  return plain(document.toJS({ mapAsMap: true, maxAliasCount: MOST_ALIASES }), maxDepth);
}

const INTEGER = /^[-+]?(?:0|[1-9][0-9]*)$/;
const WITH_EXPONENT = /^[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)[eE][-+][0-9]+$/;

/**
 * Python writes texts plain that are no numbers to YAML 1.1, such as `1e3`, `08` and `0o7`, but are to 1.2.
 * @see yaml/resolver.py of PyYAML
 */
function asPython(tags: Tags): Tags {
  return tags.flatMap((tag): Tags => {
    if (typeof tag !== 'object' || !('test' in tag)) return [tag];
    if (tag.format === 'OCT') return [];
    if (tag.format === 'EXP') return [{ ...tag, test: WITH_EXPONENT } as typeof tag];
    if (tag.tag === 'tag:yaml.org,2002:int' && tag.format === undefined)
      return [{ ...tag, test: INTEGER } as typeof tag];
    return [tag];
  });
}

/** Copies, so that no two places of a message are one object. */
function plain(value: unknown, levels: number): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (typeof value !== 'object' || value === null) return value ?? null;
  if (levels <= 0) throw new DecodeError('yaml', 'more levels than are allowed, by its aliases');
  if (Array.isArray(value)) return value.map((item) => plain(item, levels - 1));
  const entries = [...(value as Map<unknown, unknown>)].map(([key, item]) => [keyText(key), plain(item, levels - 1)]);
  // fromEntries defines own properties and never sets a prototype.
  return Object.fromEntries(entries);
}

function keyText(key: unknown): string {
  if (typeof key === 'object' && key !== null) throw new DecodeError('yaml', 'a key of a map is not text');
  return String(key);
}
