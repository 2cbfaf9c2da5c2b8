import { describe, expect, it } from 'vitest';
import { backendCases } from '../backend/backend-cases.ts';
import { backendSuite } from '../backend/backend-suite.ts';
import { runCases } from '../conformance/run-cases.ts';
import { type BackendFlaw, flawedBackendOptions } from './backend-flaw.fixture.ts';
import { joiningFlaws } from './joining-flaws.fixture.ts';
import { resultFlaws } from './result-flaws.fixture.ts';
import { upkeepFlaws } from './upkeep-flaws.fixture.ts';

/** A case that must fail waits this long for what does not come. Milliseconds. */
const WAIT_MS = 150;

const flaws: readonly BackendFlaw[] = [...resultFlaws, ...joiningFlaws, ...upkeepFlaws];

describe('the backend suite', () => {
  it.each(flaws.map((flaw) => [flaw.name, flaw] as const))('catches a result store that %s', async (_name, flaw) => {
    const cases = backendCases.filter((one) => flaw.caughtBy.includes(one.name));
    expect(cases.map((one) => one.name).sort()).toEqual([...flaw.caughtBy].sort());
    const { open } = backendSuite('flawed', { waitMs: WAIT_MS, ...flawedBackendOptions(flaw) });
    const results = await runCases(cases, open);
    expect(results.filter((result) => result.status !== 'failed')).toEqual([]);
  });

  it('has no case that no broken result store fails', () => {
    const caught = new Set(flaws.flatMap((flaw) => flaw.caughtBy));
    expect(backendCases.map((one) => one.name).filter((name) => !caught.has(name))).toEqual([]);
  });

  it('names every case once', () => {
    const names = backendCases.map((one) => one.name);
    expect(new Set(names).size).toBe(names.length);
  });
});
