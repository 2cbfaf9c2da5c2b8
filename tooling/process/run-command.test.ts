import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { isGroupAlive } from './process-group.ts';
import { runCommand } from './run-command.ts';

const cwd = tmpdir();
const node = (code: string, timeoutMs?: number): ReturnType<typeof runCommand> =>
  runCommand(process.execPath, ['-e', code], { cwd, ...(timeoutMs === undefined ? {} : { timeoutMs }) });

describe('runCommand', () => {
  it('reports the exit code and what was written to both streams', async () => {
    const run = await node('console.log("out"); console.error("err"); process.exitCode = 3');
    expect(run).toMatchObject({ code: 3, stdout: 'out\n', leftProcesses: false });
    expect(run.output).toContain('out');
    expect(run.output).toContain('err');
  });

  it('ends what does not end by itself', async () => {
    const startedMs = performance.now();
    expect(await node('setInterval(() => {}, 1000)', 500)).toMatchObject({ code: null, leftProcesses: false });
    expect(performance.now() - startedMs).toBeLessThan(10_000);
  });

  it('finds and kills processes that a command leaves behind', async () => {
    const run = await node(`
      require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
      console.log(process.pid);
      process.exit(0);
    `);
    expect(run).toMatchObject({ code: 0, leftProcesses: true });
    await expect.poll(() => isGroupAlive(Number(run.output))).toBe(false);
  });

  it('reports a command that does not exist', async () => {
    expect(await runCommand('no-such-command-here', [], { cwd })).toMatchObject({ code: null });
  });
});
