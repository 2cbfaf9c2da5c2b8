import { describe, expect, it } from 'vitest';
import { runCases } from '../conformance/run-cases.ts';
import { networkCases } from '../transport/cases/network-cases.ts';
import { transportCases } from '../transport/transport-cases.ts';
import { transportSuite } from '../transport/transport-suite.ts';
import { consumingFlaws } from './consuming-flaws.fixture.ts';
import { holdingFlaws } from './holding-flaws.fixture.ts';
import { managingFlaws } from './managing-flaws.fixture.ts';
import { messageFlaws } from './message-flaws.fixture.ts';
import { flawedOptions, type TransportFlaw } from './transport-flaw.fixture.ts';

/** A case that must fail waits this long for what does not come. Milliseconds. */
const WAIT_MS = 150;

const flaws: readonly TransportFlaw[] = [...messageFlaws, ...holdingFlaws, ...consumingFlaws, ...managingFlaws];
/** These need a broker behind a network, and have a test of their own. */
const networkNames: readonly string[] = networkCases.map((one) => one.name);

describe('the transport suite', () => {
  it.each(flaws.map((flaw) => [flaw.name, flaw] as const))('catches a transport that %s', async (_name, flaw) => {
    const cases = transportCases.filter((one) => flaw.caughtBy.includes(one.name));
    expect(cases.map((one) => one.name).sort()).toEqual([...flaw.caughtBy].sort());
    const { open } = transportSuite('flawed', { waitMs: WAIT_MS, ...flawedOptions(flaw) });
    const results = await runCases(cases, open);
    const uncaught = results.filter((result) => result.status !== 'failed');
    expect(uncaught).toEqual([]);
  });

  it('has no case that no broken transport fails', () => {
    const caught = new Set(flaws.flatMap((flaw) => flaw.caughtBy));
    const untried = transportCases.map((one) => one.name).filter((name) => !caught.has(name));
    expect(untried).toEqual(networkNames);
  });

  it('names every case once', () => {
    const names = transportCases.map((one) => one.name);
    expect(new Set(names).size).toBe(names.length);
  });
});
