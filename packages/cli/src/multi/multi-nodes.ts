import { UsageError } from '../cli-error.ts';
import { filePattern } from '../daemon/file-pattern.ts';
import type { NamespacedOptions, OptionMap } from './namespaced-options.ts';

/** One node and how its worker is started. */
export interface MultiNode {
  /** `name@host`. */
  readonly name: string;
  /** Arguments of the celeriac command, `worker --detach` and all. */
  readonly argv: readonly string[];
  readonly pidfile: string;
  readonly logfile: string;
  readonly options: OptionMap;
}

const DEFAULT_PIDFILE = '%n.pid';
const DEFAULT_LOGFILE = '%n%I.log';
const MOST_NODES = 1000;
/** Of the multi command itself. */
const OWN: ReadonlySet<string> = new Set(['--range-prefix', '--prefix', '--suffix', '--hostname', '-n']);

/**
 * The nodes that the arguments name: by name, or by how many there are (`3` is celery1, celery2, celery3).
 * @param host - of this machine
 * @throws {UsageError} for no nodes, too many, or options of a node that is not there
 * @see celery/apps/multi.py MultiParser
 */
export function multiNodes(given: NamespacedOptions, host: string): readonly MultiNode[] {
  const { values, options, passthrough } = given;
  const isRange = values.length === 1 && /^\d+$/.test(values[0]!);
  const shortNames = isRange ? numbered(Number(values[0])) : values;
  if (shortNames.length === 0) {
    throw new UsageError('multi', 'No nodes are named.', { hint: 'celeriac multi start w1 w2 -A ./tasks.ts' });
  }
  const rangePrefix = options.get('--range-prefix') ?? 'celery';
  const prefix = isRange ? rangePrefix : (options.get('--prefix') ?? '');
  const suffix = options.get('--suffix') ?? options.get('--hostname') ?? options.get('-n') ?? host;
  const names = shortNames.map((name) => (name.includes('@') ? name : `${prefix}${name}@${suffix}`));
  const special = optionsByNode(given, shortNames, names);
  const common = new Map([...options].filter(([name]) => !OWN.has(name)));
  return names.map((name, at) => nodeOf(name, new Map([...common, ...special[at]!]), passthrough));
}

function numbered(count: number): readonly string[] {
  if (count < 1 || count > MOST_NODES) {
    throw new UsageError('multi', `${count} nodes: must be a number from 1 to ${MOST_NODES}.`);
  }
  return Array.from({ length: count }, (_, index) => String(index + 1));
}

/** What each node has for itself: namespaces are names, positions counted from 1, lists and ranges of them. */
function optionsByNode(
  { namespaces }: NamespacedOptions,
  shortNames: readonly string[],
  names: readonly string[],
): readonly OptionMap[] {
  const special = names.map(() => new Map<string, string | undefined>());
  for (const [namespace, options] of namespaces) {
    for (const one of namespace.split(',').flatMap(positions)) {
      const at = shortNames.indexOf(one) >= 0 ? shortNames.indexOf(one) : names.indexOf(one);
      const place = at >= 0 ? at : /^\d+$/.test(one) ? Number(one) - 1 : -1;
      const own = special[place];
      if (own === undefined) {
        const hint = `There are ${shortNames.join(', ')}.`;
        throw new UsageError(`:${namespace}`, `No node is named, or stands at, "${one}".`, { hint });
      }
      for (const [name, value] of options) own.set(name, value);
    }
  }
  return special;
}

function positions(text: string): readonly string[] {
  const range = /^(\d{1,4})-(\d{1,4})$/.exec(text);
  if (range === null) return [text];
  const [from, to] = [Number(range[1]), Number(range[2])];
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => String(from + index));
}

function nodeOf(name: string, options: Map<string, string | undefined>, passthrough: readonly string[]): MultiNode {
  const pattern = (long: string, short: string | undefined, fallback: string): string => {
    const value = options.get(long) ?? (short === undefined ? undefined : options.get(short)) ?? fallback;
    options.delete(long);
    if (short !== undefined) options.delete(short);
    return filePattern(value, name);
  };
  const pidfile = pattern('--pidfile', '-p', DEFAULT_PIDFILE);
  const logfile = pattern('--logfile', '-f', DEFAULT_LOGFILE);
  const expanded = [...options].flatMap(([option, value]) => optionWords(option, value && filePattern(value, name)));
  return {
    name,
    pidfile,
    logfile,
    options,
    argv: [
      'worker',
      '--detach',
      '-n',
      name,
      `--pidfile=${pidfile}`,
      `--logfile=${logfile}`,
      ...expanded,
      ...passthrough.map((word) => filePattern(word, name)),
    ],
  };
}

function optionWords(option: string, value: string | undefined): readonly string[] {
  if (value === undefined) return [option];
  return option.startsWith('--') ? [`${option}=${value}`] : [option, value];
}
