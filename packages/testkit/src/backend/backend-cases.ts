import type { BackendCase } from './cases/backend-case.ts';
import { chordCases } from './cases/chord-cases.ts';
import { groupCases } from './cases/group-cases.ts';
import { idCases } from './cases/id-cases.ts';
import { jointCases } from './cases/joint-cases.ts';
import { overwriteCases } from './cases/overwrite-cases.ts';
import { resultCases } from './cases/result-cases.ts';
import { upkeepCases } from './cases/upkeep-cases.ts';
import { watchCases } from './cases/watch-cases.ts';

/** Every check of a result store, as data. */
export const backendCases: readonly BackendCase[] = Object.freeze([
  ...upkeepCases,
  ...resultCases,
  ...overwriteCases,
  ...idCases,
  ...watchCases,
  ...groupCases,
  ...chordCases,
  ...jointCases,
]);
