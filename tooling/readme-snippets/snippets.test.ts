import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runSnippet } from './run-snippet.ts';
import { fencedBlocks, runnableSnippets } from './snippets.ts';

const markdown = [
  '# X',
  '```sh',
  'npm i x',
  '```',
  '```ts',
  '// runnable',
  'a();',
  '```',
  '```ts',
  'not();',
  '```',
  '',
].join('\n');

describe('snippets', () => {
  it('finds fenced blocks with their lines', () => {
    expect(fencedBlocks(markdown)).toEqual([
      { language: 'sh', code: 'npm i x\n', line: 2 },
      { language: 'ts', code: '// runnable\na();\n', line: 5 },
      { language: 'ts', code: 'not();\n', line: 9 },
    ]);
  });

  it('takes only TypeScript that says it is runnable', () => {
    expect(runnableSnippets(markdown).map((snippet) => snippet.line)).toEqual([5]);
  });
});

describe('runSnippet', () => {
  // Inside the repository, so that the compiler finds Node's types.
  const reports = join(import.meta.dirname, '../.reports');
  mkdirSync(reports, { recursive: true });
  const folder = mkdtempSync(join(reports, 'snippet-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('runs TypeScript and reports its exit code and output', async () => {
    const run = await runSnippet(
      `const a: number = 3;\nconsole.log('got', a);\nprocess.exitCode = a;\n`,
      folder,
      20_000,
    );
    expect(run).toMatchObject({ code: 3, output: expect.stringContaining('got 3') });
  });

  it('refuses what does not compile', async () => {
    const run = await runSnippet(`const a: number = 'text';\nconsole.log(a);\n`, folder, 20_000);
    expect(run).toMatchObject({ code: 1, output: expect.stringContaining('TS2322') });
  });

  it('kills a snippet that does not end', async () => {
    expect(await runSnippet('setInterval(() => {}, 1000);', folder, 2_000)).toMatchObject({ code: null });
  });
});
