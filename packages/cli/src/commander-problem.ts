import type { CommanderError } from 'commander';
import { UsageError } from './cli-error.ts';

/** Ends of a parse that are no errors: help and version were printed. */
const harmless: ReadonlySet<string> = new Set(['commander.helpDisplayed', 'commander.version']);

/** What commander threw, in the product's own words; undefined when it only printed help or the version. */
export function commanderProblem(error: CommanderError): UsageError | undefined {
  if (harmless.has(error.code)) return undefined;
  if (error.code === 'commander.help') {
    return new UsageError('command', 'No command was given.', { hint: 'celeriac --help lists them.' });
  }
  const [first = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  const text = first.charAt(0).toUpperCase() + first.slice(1);
  const meant = suggestion?.replace(/^\((.*)\)$/, '$1');
  const option = /'([^' ]+)/.exec(first)?.[1] ?? '';
  return new UsageError(option, /[.!?]$/.test(text) ? text : `${text}.`, {
    cause: error,
    hint: meant ?? 'Add --help to see what is possible.',
  });
}
