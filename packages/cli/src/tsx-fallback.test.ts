import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CliStage } from './cli-stage.fixture.ts';
import { tsxMissing } from './tsx-fallback.ts';

let stage: CliStage;

beforeAll(() => {
  stage = new CliStage(false);
});
afterAll(() => stage.close());

it('says that tsx is not installed', () => {
  const file = new URL('./tsx-fallback.ts', import.meta.url).href;
  const code = `import { enableTsx } from ${JSON.stringify(file)};
    console.log(await enableTsx([${JSON.stringify(join(stage.folder, 'package.json'))}]));`;
  // In a process of its own: a package manager may have told this one where else to look.
  const { NODE_PATH: _, ...env } = process.env;
  const { stdout } = spawnSync(process.execPath, ['--conditions=@celeriac/source', '--input-type=module', '-e', code], {
    env,
    encoding: 'utf8',
  });
  expect(stdout).toBe('false\n');
});

it('names the construct, its place and the command that installs tsx', () => {
  const cause = new SyntaxError('TypeScript enum is not supported in strip-only mode');
  cause.stack = 'file:///app/tasks.ts:3\nenum A {}\n^^^^\n';
  const error = tsxMissing('tasks', '/app/tasks.ts', cause);
  expect(error.message).toBe(
    'tasks needs tsx to run: TypeScript enum is not supported in strip-only mode (/app/tasks.ts:3).',
  );
  expect(error.hint).toContain('Run: npm install tsx');
  expect(error.exitCode).toBe(1);
});
