/** A CPU profile as V8 writes it, as far as it is read here. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
  }[];
  /** Ids of the nodes that were seen running. */
  readonly samples: readonly number[];
  /** Microseconds since the sample before. */
  readonly timeDeltas: readonly number[];
}

/** What one part of a program used of the processor. */
export interface BudgetLine {
  /** A package, or what Node did itself. */
  readonly part: string;
  /** Microseconds for each task. */
  readonly micros: number;
}

const IDLE = '(idle)';
/** What V8 says of time outside of functions, as people call it. */
const OUTSIDE = new Map([
  ['(garbage collector)', 'garbage collection'],
  ['(program)', 'Node and the operating system, outside of JavaScript'],
  ['(root)', 'Node and the operating system, outside of JavaScript'],
]);

/** Node's own modules that load others. */
const LOADING = /^node:internal\/(modules|bootstrap|deps\/amaro|source_map)/;
const LOADERS = new Set(['compileSourceTextModule', 'compileForInternalLoader', 'internalModuleStat', 'wrapSafe']);

/** Self time by package for each task, the largest first; waiting is left out. */
export function budgetOf(profiles: readonly CpuProfile[], tasks: number): readonly BudgetLine[] {
  const total = new Map<string, number>();
  for (const { nodes, samples, timeDeltas } of profiles) {
    const parts = new Map(nodes.map(({ id, callFrame }) => [id, partOf(callFrame)]));
    for (const [at, id] of samples.entries()) {
      const part = parts.get(id) ?? IDLE;
      // A sample stands for the time until the next one.
      const micros = timeDeltas[at + 1] ?? 0;
      if (part !== IDLE && micros > 0) total.set(part, (total.get(part) ?? 0) + micros);
    }
  }
  return [...total].map(([part, micros]) => ({ part, micros: micros / tasks })).toSorted((a, b) => b.micros - a.micros);
}

/** Which package a function belongs to. */
export function partOf({ functionName, url }: { readonly functionName: string; readonly url: string }): string {
  if (functionName === IDLE) return IDLE;
  const installed = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1];
  if (installed !== undefined) return installed;
  const own = /\/packages\/(.+?)\/(?:src|dist)\//.exec(url)?.[1];
  if (own !== undefined) return `@celeriac/${own.replace(/^(\w+?)s\//, '$1-')}`;
  if (/\/apps\/bench\//.test(url)) return 'the task and the bench';
  if (LOADING.test(url) || LOADERS.has(functionName)) return 'starting: modules read and compiled';
  return (
    OUTSIDE.get(functionName) ?? (url === '' ? 'Node, native: sockets written, JSON, buffers' : 'Node, in JavaScript')
  );
}
