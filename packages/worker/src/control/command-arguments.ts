import type { CommandArguments, CommandSpec } from '@celeriac/core/internal';
import { describeType, type PlainRecord, pythonRepr, toRecord } from '@celeriac/protocol';
import { CommandError } from './command-error.ts';

/**
 * The arguments of a call, checked and brought to their types. Arguments that nobody described are left as they came:
 * newer callers send more.
 * @throws {CommandError} in Python's words, for one that is missing or of the wrong type
 */
export function readArguments(spec: CommandSpec, given: PlainRecord): CommandArguments {
  const args = toRecord({ ...given });
  const missing: string[] = [];
  for (const { name, type, required = false } of spec.arguments ?? []) {
    const value = args[name];
    if (value === undefined || value === null) {
      if (required) missing.push(name);
      delete args[name];
      continue;
    }
    args[name] = typed(spec.name, name, type, value);
  }
  const { variadic } = spec;
  if (variadic !== undefined) {
    const value = args[variadic];
    if (value === undefined || value === null) {
      if (spec.variadicRequired === true) missing.push(variadic);
      delete args[variadic];
    }
  }
  if (missing.length > 0) throw new CommandError('TypeError', missingText(spec.name, missing));
  return args;
}

/** A text, a list of texts; empty for nothing. @throws {CommandError} for anything else */
export function textsOf(command: string, name: string, value: unknown): readonly string[] {
  if (value === undefined || value === null) return [];
  const list = Array.isArray(value) ? value : [value];
  if (list.every((item) => typeof item === 'string')) return list;
  throw new CommandError(
    'TypeError',
    `${command}() needs text or a list of texts for ${name}, not ${describeType(value)}`,
  );
}

function typed(command: string, name: string, type: string, value: unknown): unknown {
  switch (type) {
    case 'text':
      if (typeof value === 'string') return value;
      break;
    case 'flag': {
      const flag = flagOf(value);
      if (flag !== undefined) return flag;
      break;
    }
    case 'number':
    case 'whole': {
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
      if (
        typeof number === 'number' &&
        Number.isFinite(number) &&
        (type === 'number' || Number.isSafeInteger(number))
      ) {
        return number;
      }
      break;
    }
    default:
      return value;
  }
  throw new CommandError(
    'TypeError',
    `${command}() needs ${WORDS[type as keyof typeof WORDS]} for ${name}, got ${pythonRepr(value, 100)}`,
  );
}

const WORDS = { text: 'text', flag: 'a boolean', number: 'a number', whole: 'a whole number' } as const;

/** @see celery/utils/serialization.py strtobool */
function flagOf(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (value === 1 || value === 0) return value === 1;
  if (typeof value !== 'string') return undefined;
  if (/^(true|yes|1|on|y|t)$/i.test(value)) return true;
  return /^(false|no|0|off|n|f)$/i.test(value) ? false : undefined;
}

function missingText(command: string, names: readonly string[]): string {
  const list = names.map((name) => `'${name}'`);
  const words = list.length === 1 ? list[0] : `${list.slice(0, -1).join(', ')} and ${list.at(-1)}`;
  return `${command}() missing ${list.length} required positional argument${list.length === 1 ? '' : 's'}: ${words}`;
}
