import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { backendCases } from './backend/backend-cases.ts';
import { serializerCases } from './serializer/serializer-cases.ts';
import { transportCases } from './transport/transport-cases.ts';

async function nodeTest(file: string): Promise<string> {
  const args = ['--conditions=@celeriac/source', '--test', '--test-reporter=tap', file];
  // Without this, node would take itself for a part of the run that started it.
  const { NODE_TEST_CONTEXT: _context, ...env } = process.env;
  const run = promisify(execFile)(process.execPath, args, { timeout: 60_000, maxBuffer: 64 * 1024 * 1024, env });
  const { stdout } = await run.catch((error: { stdout: string }) => error);
  return stdout;
}

describe('the runners for node:test', { timeout: 90_000 }, () => {
  it('declare each case as a test, skip with the reason, and report failures', async () => {
    const output = await nodeTest(join(import.meta.dirname, 'node-test.fixture.ts'));
    const count = (what: string): number => Number(new RegExp(`^# ${what} (\\d+)$`, 'm').exec(output)?.[1]);
    expect(count('tests')).toBe(2 * transportCases.length + backendCases.length + serializerCases.length);
    expect(count('fail')).toBe(1);
    expect(output).toMatch(/not ok \d+ - keeps the absence of content type/);
    expect(output).toContain('application/octet-stream');
    expect(count('skipped')).toBeGreaterThan(5);
    expect(output).toMatch(/ok \d+ - counts deliveries/);
    expect(output).toContain('# SKIP the options name no `faults` proxy');
  });
});
