import type { ArgumentDescriptor, CommandSpec } from '@celeriac/core';
import { escapeForLog } from '@celeriac/protocol';
import { UsageError } from './cli-error.ts';
import { commandLine } from './control-view.ts';

/**
 * The words after a command as its arguments: in their order, or as `name=value`; the rest goes to the variadic one.
 * @throws {UsageError} for too many words, for a missing one, or for one of the wrong type
 */
export function commandArguments(spec: CommandSpec, words: readonly string[]): { readonly [name: string]: unknown } {
  const args: { [name: string]: unknown } = {};
  const described = [...(spec.arguments ?? [])];
  const rest: string[] = [];
  for (const word of words) {
    const named = described.find(({ name }) => word.startsWith(`${name}=`));
    const argument = named ?? described[0];
    if (argument === undefined) {
      rest.push(word);
      continue;
    }
    described.splice(described.indexOf(argument), 1);
    args[argument.name] = typed(argument, named === undefined ? word : word.slice(argument.name.length + 1));
  }
  const { variadic } = spec;
  if (rest.length > 0 && variadic === undefined) throw wrong(spec, `takes no argument "${escapeForLog(rest[0]!, 60)}"`);
  if (variadic !== undefined && (rest.length > 0 || spec.variadicRequired !== true)) args[variadic] = rest;
  const missing = described.find(({ required }) => required === true)?.name;
  const absent = missing ?? (spec.variadicRequired === true && rest.length === 0 ? variadic : undefined);
  if (absent !== undefined) throw wrong(spec, `needs ${absent}`);
  return args;
}

function typed({ name, type }: ArgumentDescriptor, word: string): unknown {
  switch (type) {
    case 'number':
    case 'whole': {
      const value = Number(word);
      if (word.trim() !== '' && Number.isFinite(value) && (type === 'number' || Number.isInteger(value))) return value;
      throw new UsageError(
        name,
        `${name} must be a ${type === 'whole' ? 'whole ' : ''}number, got "${escapeForLog(word, 40)}".`,
      );
    }
    case 'flag':
      if (/^(true|yes|1|on)$/i.test(word)) return true;
      if (/^(false|no|0|off)$/i.test(word)) return false;
      throw new UsageError(name, `${name} must be true or false, got "${escapeForLog(word, 40)}".`);
    default:
      return word;
  }
}

function wrong(spec: CommandSpec, problem: string): UsageError {
  return new UsageError('arguments', `${spec.name} ${problem}.`, {
    hint: `Write: celeriac ${spec.kind} ${`${spec.name} ${commandLine(spec)}`.trim()}`,
  });
}
