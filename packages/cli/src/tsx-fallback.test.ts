import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CliStage } from './cli-stage.fixture.ts';
import { enableTsx, tsxMissing } from './tsx-fallback.ts';

let stage: CliStage;

beforeAll(() => {
  stage = new CliStage(false);
});
afterAll(() => stage.close());

it('says that tsx is not installed', async () => {
  expect(await enableTsx([join(stage.folder, 'package.json')])).toBe(false);
});

it('names the construct, its place and the command that installs tsx', () => {
  const cause = new SyntaxError('TypeScript enum is not supported in strip-only mode');
  cause.stack = '/app/tasks.ts:3\nenum A {}\n^^^^\n';
  const error = tsxMissing('tasks', '/app/tasks.ts', cause);
  expect(error.message).toBe(
    'tasks needs tsx to run: TypeScript enum is not supported in strip-only mode (/app/tasks.ts:3).',
  );
  expect(error.hint).toContain('Run: npm install tsx');
  expect(error.exitCode).toBe(1);
});
