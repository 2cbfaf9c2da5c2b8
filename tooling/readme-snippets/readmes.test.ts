import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { publishablePackages, repositoryRoot } from '../workspace/workspace-packages.ts';
import { runSnippet } from './run-snippet.ts';
import { fencedBlocks, runnableSnippets } from './snippets.ts';

const MAX_LINES = 80;
const TIMEOUT_MS = 30_000;

// Generators are shown on the command line: a `sh` block may stand in for the runnable snippet.
const SHOWN_IN_SHELL = new Set(['@celeriac/create-transport']);

const read = (folder: string): string => {
  const path = join(folder, 'README.md');
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
};

const expectSnippetsToRun = async (readme: string, folder: string): Promise<void> => {
  for (const { code, line } of runnableSnippets(readme)) {
    const run = await runSnippet(code, folder, TIMEOUT_MS);
    expect(run.code, `README.md line ${line}:\n${run.output}`).toBe(0);
    expect(run.leftProcesses, 'the snippet left processes running').toBe(false);
  }
};

const INSTALL = /(?:npm|pnpm) (?:i|install|add|create|init|exec) [^\n]*@celeriac\//;

describe.each(publishablePackages().map((entry) => [entry.manifest.name, entry] as const))(
  'README of %s',
  (name, { folder }) => {
    it('is short, names its install command, and its snippet runs', { timeout: TIMEOUT_MS * 2 }, async () => {
      const readme = read(folder);
      expect(readme, 'README.md is missing or empty').not.toBe('');
      expect(readme.trimEnd().split('\n').length, 'lines').toBeLessThanOrEqual(MAX_LINES);
      expect(readme, 'no install command').toMatch(INSTALL);
      const shown = SHOWN_IN_SHELL.has(name)
        ? fencedBlocks(readme).filter((block) => block.language === 'sh')
        : runnableSnippets(readme);
      expect(shown.length, 'runnable snippets').toBeGreaterThan(0);
      await expectSnippetsToRun(readme, folder);
    });
  },
);

describe('README of the repository', () => {
  it('holds a runnable snippet that runs with the packages of the demo', { timeout: TIMEOUT_MS * 2 }, async () => {
    const readme = read(repositoryRoot);
    expect(runnableSnippets(readme).length).toBeGreaterThan(0);
    await expectSnippetsToRun(readme, join(repositoryRoot, 'apps/demo'));
  });
});
