import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

export interface DemoRun {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the demo from source. */
export async function demo(...args: readonly string[]): Promise<DemoRun> {
  const child = spawn(process.execPath, ['--conditions=@celeriac/source', main, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}

/** A folder of 30 small files, and some that are not to be read. */
export async function textFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'celeriac-demo-test-'));
  await mkdir(join(folder, 'deep/node_modules'), { recursive: true });
  await writeFile(join(folder, 'deep/node_modules/skipped.ts'), 'skipped skipped');
  for (let index = 0; index < 30; index++) {
    await writeFile(
      join(folder, `deep/file${index}.txt`),
      `apple banana apple const constructor __proto__ number${index}\n`,
    );
  }
  return folder;
}
