import { MemoryResults } from './memory-results.ts';

/** On `globalThis`, so that two installed copies of this package, or two loads of one, meet. */
const KEY = Symbol.for('celeriac.memory-results');

type Holder = { [KEY]?: Map<string, MemoryResults> };

/** The results that every `memory://<name>` of this process shares; made by the first call. */
export function sharedMemoryResults(name: string): MemoryResults {
  const holder = globalThis as Holder;
  holder[KEY] ??= new Map();
  const known = holder[KEY].get(name);
  if (known !== undefined) return known;
  const results = new MemoryResults();
  holder[KEY].set(name, results);
  return results;
}
