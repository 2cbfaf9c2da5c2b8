import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

const isLong = process.env['CELERIAC_LONG'] === '1';
const PROGRAM = fileURLToPath(new URL('beat-load.fixture.ts', import.meta.url));

/** What `beat-load.fixture.ts` prints; times in milliseconds, `share` of a core. */
interface Load {
  readonly startMs: number;
  readonly startCpuMs: number;
  readonly share: number;
  readonly sent: number;
  readonly p50: number;
  readonly p99: number;
}

async function load(kind: 'busy' | 'idle', seconds: number): Promise<Load> {
  const args = ['--conditions=@celeriac/source', PROGRAM, kind, String(seconds)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  console.info(kind, stdout.trim());
  return JSON.parse(stdout) as Load;
}

describe('100,000 entries', () => {
  test('start within two seconds of processor time, and are sent soon after they are due', {
    timeout: 180_000,
  }, async () => {
    const { startMs, startCpuMs, share, sent, p99 } = await load('busy', isLong ? 20 : 3);
    expect(startCpuMs).toBeLessThan(2000);
    expect(sent).toBeGreaterThan(isLong ? 400 : 20);
    expect(share).toBeLessThan(0.15);
    // The figures of a machine that has nothing else to do.
    if (isLong) expect(startMs).toBeLessThan(2000);
    expect(p99).toBeLessThan(isLong ? 100 : 2000);
  });

  test.skipIf(!isLong)('take less than one percent of a core when nothing is due', { timeout: 180_000 }, async () => {
    const { share, sent } = await load('idle', 20);
    expect(sent).toBe(0);
    expect(share).toBeLessThan(0.01);
  });
});
