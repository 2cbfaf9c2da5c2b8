import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { runCommand } from '../process/run-command.ts';
import { useCelery } from './use-celery.ts';

it("finds Python's Celery, which runs and has the version that it says", async ({ skip }) => {
  const celery = await useCelery();
  if (celery.skipped !== undefined) return skip(celery.skipped);
  expect(celery.version).toMatch(/^\d+\.\d+/);
  const run = await runCommand(celery.python, ['-m', 'celery', '--version'], { cwd: tmpdir() });
  expect(run).toMatchObject({ code: 0, output: expect.stringContaining(celery.version) });
});
