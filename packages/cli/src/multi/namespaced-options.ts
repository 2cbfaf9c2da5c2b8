import { UsageError } from '../cli-error.ts';

/** An option as it goes on: `-c` with `3`, `--purge` with nothing. */
export type OptionMap = ReadonlyMap<string, string | undefined>;

/** The arguments of `multi`, taken apart. */
export interface NamespacedOptions {
  /** Names of nodes, or a number of them. */
  readonly values: readonly string[];
  /** Options of all nodes. */
  readonly options: OptionMap;
  /** Options of some: `-c:w1 3`, `-c:1-3 3`, `--loglevel:w1,w2=info`. */
  readonly namespaces: ReadonlyMap<string, OptionMap>;
  /** What stands behind `--`. */
  readonly passthrough: readonly string[];
}

/**
 * Takes the arguments apart. A short option takes the next argument as its value unless that is an option too.
 * @throws {UsageError} for a bare dash or an empty namespace
 * @see celery/apps/multi.py NamespacedOptionParser
 */
export function namespacedOptions(args: readonly string[]): NamespacedOptions {
  const values: string[] = [];
  const options = new Map<string, string | undefined>();
  const namespaces = new Map<string, Map<string, string | undefined>>();
  let passthrough: readonly string[] = [];
  const add = (name: string, value: string | undefined): void => {
    const colon = name.indexOf(':');
    if (colon < 0) return void options.set(name, value);
    const [option, namespace] = [name.slice(0, colon), name.slice(colon + 1)];
    if (namespace === '') throw new UsageError(name, `${name} names no node.`, { hint: `Write ${option}:w1.` });
    const known = namespaces.get(namespace) ?? new Map<string, string | undefined>();
    namespaces.set(namespace, known.set(option, value));
  };
  for (let at = 0; at < args.length; at++) {
    const argument = args[at]!;
    if (argument === '--') {
      passthrough = args.slice(at + 1);
      break;
    }
    if (argument.startsWith('--')) {
      const equals = argument.indexOf('=');
      if (equals < 0) add(argument, undefined);
      else add(argument.slice(0, equals), argument.slice(equals + 1));
    } else if (argument.startsWith('-')) {
      if (argument === '-') throw new UsageError('-', 'A dash alone is no option.');
      const next = args[at + 1];
      const hasValue = next !== undefined && !next.startsWith('-');
      add(argument, hasValue ? next : undefined);
      if (hasValue) at++;
    } else if (argument !== '') values.push(argument);
  }
  return { values, options, namespaces, passthrough };
}
