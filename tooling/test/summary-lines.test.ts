import { describe, expect, it } from 'vitest';
import { failedRun, missingReport, readPackageReport } from './package-report.ts';
import { summaryLines } from './summary-lines.ts';

const report = (...files: readonly object[]): string => JSON.stringify({ success: true, testResults: files });
const file = (status: string, tests: Readonly<Record<string, string>>, message = ''): object => ({
  name: '/x/a.test.ts',
  status,
  message,
  assertionResults: Object.entries(tests).map(([fullName, outcome]) => ({ fullName, status: outcome })),
});

describe('readPackageReport', () => {
  it('counts passed, failed, skipped and planned tests', () => {
    const json = report(
      file('failed', { a: 'passed', b: 'failed', c: 'skipped', d: 'todo', e: 'pending' }),
      file('passed', { f: 'passed' }),
    );
    expect(readPackageReport('x', json)).toEqual({ name: 'x', passed: 2, failed: 1, skipped: 3, failures: ['b'] });
  });

  it('says why a test failed', () => {
    const failed = { fullName: 'b', status: 'failed', failureMessages: ['Error: 1 is not 2\n    at z', 'again'] };
    const json = report({ name: '/x/a.test.ts', status: 'failed', assertionResults: [failed] });
    expect(readPackageReport('x', json).failures).toEqual(['b: Error: 1 is not 2']);
  });

  it('counts a file that could not be loaded as one failure', () => {
    const json = report(file('failed', {}, 'Cannot find y\n  at z'));
    expect(readPackageReport('x', json)).toMatchObject({ failed: 1, failures: ['/x/a.test.ts: Cannot find y'] });
  });

  it('counts a file whose hook failed after its tests passed', () => {
    expect(readPackageReport('x', report(file('failed', { a: 'passed' })))).toMatchObject({ passed: 1, failed: 1 });
  });

  it('counts a report that is cut off', () => {
    expect(readPackageReport('x', '{"testRes')).toMatchObject({ passed: 0, failed: 1 });
  });

  it('counts a run that failed outside its tests', () => {
    const json = JSON.stringify({ success: false, testResults: [file('passed', { a: 'passed' })] });
    expect(readPackageReport('x', json)).toMatchObject({ passed: 1, failed: 1 });
  });
});

describe('summaryLines', () => {
  const good = { name: '@celeriac/long-name', passed: 3, failed: 0, skipped: 0, failures: [] };

  it('ends with the plain totals', () => {
    expect(summaryLines([good, { ...good, name: 'b', passed: 4 }], [])).toEqual([
      'package              passed  failed skipped',
      '@celeriac/long-name       3       0       0',
      'b                         4       0       0',
      '',
      '7 passed, 0 failed',
    ]);
  });

  it('counts a run that failed although its reports are fine, and no other', () => {
    expect(failedRun([good], 1)).toMatchObject([{ failed: 1 }]);
    expect(failedRun([good], 0)).toEqual([]);
    expect(failedRun([missingReport('c')], 1)).toEqual([]);
  });

  it('names skipped tests in the totals only when there are some, and every failure', () => {
    const lines = summaryLines([{ ...good, skipped: 2 }, missingReport('c')], ['d']);
    expect(lines.slice(3)).toEqual([
      '',
      'No tests: d',
      '',
      'Failed:',
      '  c: left no test report',
      '',
      '3 passed, 1 failed, 2 skipped',
    ]);
  });
});
