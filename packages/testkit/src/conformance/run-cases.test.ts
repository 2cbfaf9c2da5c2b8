import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { CaseResult, ConformanceCase, Harness } from './conformance-case.ts';
import { runCases } from './run-cases.ts';
import { NotInTimeError } from './within.ts';

type Probe = Harness<{ readonly flies: boolean }>;

function harnesses(disposal: () => Promise<void> = async () => {}) {
  const disposed: number[] = [];
  let opened = 0;
  const open = async (): Promise<Probe> => {
    const number = ++opened;
    const dispose = async (): Promise<void> => {
      disposed.push(number);
      await disposal();
    };
    return { capabilities: { flies: false }, dispose };
  };
  return { open, disposed };
}

const passing: ConformanceCase<Probe> = { name: 'passes', run: async () => {} };
const failing: ConformanceCase<Probe> = {
  name: 'fails',
  run: async () => {
    throw new Error('wrong');
  },
};
const flying: ConformanceCase<Probe> = {
  name: 'flies',
  needs: ({ flies }) => flies || 'it cannot fly',
  run: async () => {
    throw new Error('never runs');
  },
};

describe('runCases', () => {
  it('reports each case in order, and goes on after a failure', async () => {
    const { open, disposed } = harnesses();
    const reported: CaseResult[] = [];
    const results = await runCases([failing, flying, passing], open, {
      report: (result) => void reported.push(result),
    });
    expect(results).toEqual([
      { name: 'fails', status: 'failed', error: new Error('wrong') },
      { name: 'flies', status: 'skipped', reason: 'it cannot fly' },
      { name: 'passes', status: 'passed' },
    ]);
    expect(reported).toEqual(results);
    expect(disposed).toEqual([1, 2, 3]);
  });

  it('fails a case that does not end, and disposes of its harness', async () => {
    const { open, disposed } = harnesses();
    const hanging = { name: 'hangs', run: () => new Promise<void>(() => {}) };
    const [result] = await runCases([hanging], open, { timeoutMs: 20 });
    expect(result?.error).toEqual(new NotInTimeError('the case "hangs" ends', 20));
    expect(disposed).toEqual([1]);
  });

  it('fails a case that passes but leaves something that cannot be closed', async () => {
    const { open } = harnesses(() => Promise.reject(new Error('cannot close')));
    const [passed, failed] = await runCases([passing, failing], open);
    expect([passed?.status, passed?.error?.message]).toEqual(['failed', 'cannot close']);
    expect(failed?.error?.message, 'the first failure is the one to know').toBe('wrong');
  });

  it('fails a case whose harness does not open', async () => {
    const [rejected] = await runCases([passing], () => Promise.reject(new Error('no broker')));
    expect(rejected?.error?.message).toBe('no broker');
    const never = (): Promise<Probe> => sleep(60_000, undefined as never, { ref: false });
    const [late] = await runCases([passing], never, { timeoutMs: 20 });
    expect(late?.error?.message).toBe('Not within 20 ms: the harness opens');
  });

  it('turns whatever is thrown into an error', async () => {
    const odd = { name: 'odd', run: () => Promise.reject('text') };
    const [result] = await runCases([odd], harnesses().open);
    expect(result?.error).toEqual(new Error('text'));
  });
});
