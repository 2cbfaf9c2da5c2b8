import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CliStage } from '../cli-stage.fixture.ts';

let stage: CliStage;

const tasks = (version: string): string => `
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Celeriac } from '@celeriac/core';
export const app: Celeriac = new Celeriac('proj', { broker: 'sqlite:///b.db', backend: 'sqlite:///r.db' });
export const version = app.task('proj.version', async (ms: number): Promise<string> => {
  if (ms > 0) writeFileSync('started', '');
  await sleep(ms);
  return '${version}';
});
`;

beforeAll(() => {
  stage = new CliStage();
  stage.write('package.json', '{"type": "module"}');
  stage.write('tasks.ts', tasks('one'));
});
afterAll(() => stage.close());

async function until(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error('The task did not start.');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const call = async (...args: readonly string[]): Promise<string> =>
  (await stage.run(['-A', 'tasks.ts', 'call', 'proj.version', ...args])).stdout.trim();

describe('worker --watch', { timeout: 120_000 }, () => {
  it('starts anew when code changes, after running tasks have ended; waits when the new code is broken', async () => {
    const worker = stage.start(['-A', 'tasks.ts', 'worker', '--watch', '-c', '1', '-n', 'w1@%h']);
    await worker.output(/w1@\S+ ready\./);
    const running = await call('--args', '[3000]');
    await until(() => existsSync(join(stage.folder, 'started')));
    stage.write('tasks.ts', tasks('two'));
    await worker.output(/tasks\.ts has changed/);
    expect(await call('--args', '[0]', '--wait', '--timeout', '60')).toBe('two');
    const first = await stage.run(['-A', 'tasks.ts', 'result', running]);
    expect(first.stdout).toMatch(/one/);
    stage.write('tasks.ts', 'export const app = ;');
    await worker.output(/The worker has ended with \d+; it starts anew when code changes\./);
    stage.write('tasks.ts', tasks('three'));
    expect(await call('--args', '[0]', '--wait', '--timeout', '60')).toBe('three');
    worker.kill('SIGTERM');
    expect((await worker.exit).code).toBe(0);
  });

  it('is not for the background', async () => {
    const { code, stderr } = await stage.run(['-A', 'tasks.ts', 'worker', '--watch', '--detach']);
    expect(stderr).toContain('--watch is for development');
    expect(code).toBe(2);
  });
});
