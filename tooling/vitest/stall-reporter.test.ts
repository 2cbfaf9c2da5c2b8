import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { runCommand } from '../process/run-command.ts';
import { readPackageReport } from '../test/package-report.ts';
import { repositoryRoot } from '../workspace/workspace-packages.ts';

const scratch = mkdtempSync(join(tmpdir(), 'stall-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

it('ends a run whose test blocks its thread, names the file and leaves no process', async () => {
  const report = join(scratch, 'reports/tests.json');
  const vitest = join(repositoryRoot, 'node_modules/.bin/vitest');
  const cwd = join(import.meta.dirname, 'fixtures/stall');
  const env = { STALL_REPORT: report };
  const run = await runCommand(vitest, ['run'], { cwd, env, timeoutMs: 25_000 });
  expect(run).toMatchObject({ code: 1, leftProcesses: false });
  expect(run.output).toContain('It was in: stall.test.ts');
  expect(readPackageReport('x', readFileSync(report, 'utf8'))).toMatchObject({
    failed: 1,
    failures: ['stall.test.ts (blocks its thread)'],
  });
});
