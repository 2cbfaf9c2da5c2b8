import { closest, decodeJson, escapeForLog, isRecord, type PlainRecord } from '@celeriac/protocol';
import { UsageError } from './cli-error.ts';

/**
 * The positional arguments given on the command line.
 * @throws {UsageError} naming the option and the position of the first wrong character
 */
export function parseArgsOption(option: string, text: string): readonly unknown[] {
  const value = parseJsonOption(option, text);
  if (!Array.isArray(value))
    throw new UsageError(option, `${option} must be a JSON list.`, { hint: 'Write [1, "two"].' });
  return value;
}

/**
 * The keyword arguments given on the command line.
 * @throws {UsageError} naming the option and the position of the first wrong character
 */
export function parseKwargsOption(option: string, text: string): PlainRecord {
  const value = parseJsonOption(option, text);
  if (!isRecord(value)) throw new UsageError(option, `${option} must be a JSON object.`, { hint: 'Write {"x": 1}.' });
  return value;
}

function parseJsonOption(option: string, text: string): unknown {
  try {
    return decodeJson(text);
  } catch (cause) {
    const position = /position (\d+)/.exec((cause as Error).message)?.[1];
    const where = position === undefined ? '' : ` at position ${position}${near(text, Number(position))}`;
    throw new UsageError(option, `${option} is not valid JSON${where}.`, {
      cause,
      hint: 'Put single quotes around it, so that the shell keeps the double quotes.',
    });
  }
}

function near(text: string, position: number): string {
  if (position >= text.length) return ', its end';
  return `, near ${escapeForLog(text.slice(position, position + 12), 12)}`;
}

/**
 * A number option.
 * @throws {UsageError} when it is no number, or below `least`
 */
export function parseNumberOption(option: string, text: string, least = 0): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < least) {
    throw new UsageError(option, `${option} must be a number from ${least} on, got "${escapeForLog(text, 40)}".`);
  }
  return value;
}

/**
 * A whole number option.
 * @throws {UsageError} when it is none, or outside `least`..`most`
 */
export function parseIntegerOption(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!/^-?\d+$/.test(text.trim()) || value < least || value > most) {
    const range = `a whole number from ${least} to ${most}`;
    throw new UsageError(option, `${option} must be ${range}, got "${escapeForLog(text, 40)}".`);
  }
  return value;
}

/**
 * An option with a few possible values.
 * @throws {UsageError} with a suggestion where one is close
 */
export function parseChoiceOption<T extends string>(option: string, text: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === text.toLowerCase());
  if (found !== undefined) return found;
  const meant = closest(text, choices);
  throw new UsageError(option, `${option} must be one of ${choices.join(', ')}, got "${escapeForLog(text, 40)}".`, {
    ...(meant === undefined ? {} : { hint: `Did you mean ${meant}?` }),
  });
}

/** Names separated by commas; empty ones are dropped. */
export function parseListOption(text: string): string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}
