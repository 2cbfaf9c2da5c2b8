/** What a package may import of its siblings, and how many third-party packages it may need at run time. */
export interface Arrow {
  /** Sibling names without the scope. */
  readonly siblings: readonly string[];
  /** Siblings reached only by `import()` and by types: optional peers that a command loads when it needs them. */
  readonly onDemand?: readonly string[];
  /** How many third-party packages may stand in `dependencies`; unlimited when absent. */
  readonly thirdParty?: number;
}

interface ArrowRow extends Arrow {
  readonly name: RegExp;
}

// The picture of the house, row by row; the first matching row counts. Names stand without `@celeriac/`.
const ROWS: readonly ArrowRow[] = [
  { name: /^protocol$/, siblings: [], thirdParty: 0 },
  { name: /^(?:transport|backend)$/, siblings: ['protocol'], thirdParty: 0 },
  { name: /^(?:sql|redis)$/, siblings: ['protocol'], thirdParty: 1 },
  { name: /^transport-sql$/, siblings: ['protocol', 'transport', 'sql'], thirdParty: 1 },
  { name: /^transport-redis$/, siblings: ['protocol', 'transport', 'redis'], thirdParty: 1 },
  { name: /^transport-.+$/, siblings: ['protocol', 'transport'], thirdParty: 1 },
  { name: /^backend-sql$/, siblings: ['protocol', 'backend', 'sql'], thirdParty: 1 },
  { name: /^backend-redis$/, siblings: ['protocol', 'backend', 'redis'], thirdParty: 1 },
  // Results travel as messages here.
  { name: /^backend-rpc$/, siblings: ['protocol', 'backend', 'transport'], thirdParty: 0 },
  { name: /^backend-.+$/, siblings: ['protocol', 'backend'], thirdParty: 1 },
  { name: /^(?:serializer|compression)-.+$/, siblings: ['protocol'], thirdParty: 1 },
  { name: /^core$/, siblings: ['protocol', 'transport', 'backend'], thirdParty: 0 },
  { name: /^canvas$/, siblings: ['core', 'protocol'], thirdParty: 0 },
  { name: /^worker$/, siblings: ['core', 'protocol', 'transport', 'backend'], thirdParty: 0 },
  // The databases that keep schedules are reached by the plumbing that transports and result stores share.
  { name: /^beat$/, siblings: ['core', 'protocol'], onDemand: ['redis', 'sql'], thirdParty: 1 },
  { name: /^monitor$/, siblings: ['core', 'protocol', 'transport'] },
  {
    name: /^testing$/,
    siblings: ['worker', 'core', 'protocol', 'transport', 'backend', 'transport-memory', 'backend-memory', 'testkit'],
    thirdParty: 0,
  },
  { name: /^cli$/, siblings: ['core', 'protocol', 'transport', 'backend'], onDemand: ['worker', 'beat', 'monitor'] },
  { name: /^testkit$/, siblings: ['transport', 'backend', 'protocol'], thirdParty: 0 },
  { name: /^create-transport$/, siblings: [], thirdParty: 0 },
];

/** The row of a package by its name without the scope; undefined when the table does not know it. */
export function arrowOf(name: string): Arrow | undefined {
  return ROWS.find((row) => row.name.test(name));
}
