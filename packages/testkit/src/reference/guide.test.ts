import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const here = import.meta.dirname;
const guide = readFileSync(join(here, '../../../../apps/docs/guides/write-a-transport.md'), 'utf8');
const store = readFileSync(join(here, 'reference-queue-store.fixture.ts'), 'utf8');
const conformanceTest = readFileSync(
  join(here, '../../../create-transport/template/src/{{name}}-transport.conformance.test.ts.template'),
  'utf8',
).replaceAll('{{name}}', 'reference');
const capabilities = readFileSync(join(here, '../../../transport/src/capabilities.ts'), 'utf8');
const options = readFileSync(join(here, '../transport/transport-conformance-options.ts'), 'utf8');

const blocks = [...guide.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((match) => match[1]!);

/** Names in code font in the first column of the table that follows a heading. */
function firstColumn(heading: string): string[] {
  const section = guide.slice(guide.indexOf(heading)).split(/\n## /, 1)[0]!;
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  return rows.flatMap((row) => [...row.split('|')[1]!.matchAll(/`(\w+)/g)].map((match) => match[1]!));
}

describe('the guide "Write a transport"', () => {
  it('shows the store that the suite passes on, in at most 60 lines', () => {
    expect(blocks[0]).toBe(store);
    expect(store.trimEnd().split('\n').length).toBeLessThanOrEqual(60);
  });

  it('shows only code that is tested', () => {
    const tested = [store, conformanceTest];
    for (const block of blocks) expect(tested.some((text) => text.includes(block))).toBe(true);
    expect(blocks.length).toBe(2);
  });

  it('names only capabilities and options that exist', () => {
    const named = firstColumn('## 3. Say what the broker can do');
    expect(named.length).toBeGreaterThan(5);
    for (const name of named) expect(capabilities).toMatch(new RegExp(`readonly ${name}:`));
    const offered = firstColumn('## 6. Run the conformance suite');
    expect(offered.length).toBeGreaterThan(7);
    for (const name of offered) expect(options).toMatch(new RegExp(`\\b${name}\\??[:(]`));
  });

  it('links only to files that exist', () => {
    const links = [...guide.matchAll(/\]\((\.[^)]+)\)/g)].map((match) => match[1]!);
    expect(links.length).toBeGreaterThan(3);
    for (const link of links) {
      expect(() => readFileSync(join(here, '../../../../apps/docs/guides', link))).not.toThrow();
    }
  });
});
