import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runCommand } from '../process/run-command.ts';
import { repositoryRoot } from '../workspace/workspace-packages.ts';
import { answers, redisHandshake } from './handshake.ts';
import { useService } from './use-service.ts';

const cwd = join(import.meta.dirname, 'fixtures/declared');
const vitest = join(repositoryRoot, 'node_modules/.bin/vitest');
const portOf = (output: string): number => Number(/server at redis:\/\/127\.0\.0\.1:(\d+)\/0 end/.exec(output)?.[1]);

it('vitest run in a package has the servers that it declares, and ends them', async ({ skip }) => {
  const probe = await useService('redis', { CI: process.env['CI'] });
  if (probe.skipped !== undefined) return skip(probe.skipped);
  await probe.stop();
  const run = await runCommand(vitest, ['run'], { cwd, env: { CELERIAC_TEST_REDIS_URL: '' } });
  expect(run).toMatchObject({ code: 0, leftProcesses: false });
  expect(portOf(run.output)).toBeGreaterThan(0);
  expect(await answers(portOf(run.output), redisHandshake)).toBe(false);
});

it('uses the server that the environment names, and leaves it running', async ({ skip }) => {
  const service = await useService('redis', { CI: process.env['CI'] });
  if (service.skipped !== undefined) return skip(service.skipped);
  const run = await runCommand(vitest, ['run'], { cwd, env: { CELERIAC_TEST_REDIS_URL: service.url } });
  expect(run).toMatchObject({ code: 0 });
  const port = Number(new URL(service.url).port);
  expect(portOf(run.output)).toBe(port);
  expect(await answers(port, redisHandshake)).toBe(true);
  await service.stop();
});
