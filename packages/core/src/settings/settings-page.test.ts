import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { variableOf } from './environment.ts';
import { settingTable } from './setting-table.ts';

const page = new URL('../../SETTINGS.md', import.meta.url);

function settingsPage(): string {
  const rows = Object.entries(settingTable).map(([name, { celery, default: fallback, type, doc, unit }]) => {
    const value = fallback === undefined ? '' : `\`${JSON.stringify(fallback)}\``;
    const meaning = unit === undefined ? doc : `${doc} (${unit})`;
    return `| \`${name}\` | ${celery === undefined ? '' : `\`${celery}\``} | ${value} | ${meaning} | ${type.expects} |`;
  });
  return [
    '# Settings',
    '',
    'Made from the table in `src/settings/setting-table.ts`; a test keeps the two in step (`UPDATE_PAGES=1` writes it).',
    `Environment variables are \`CELERIAC_\` and the name: \`${variableOf('taskAcksLate')}\`. Lists are separated by commas, objects are JSON.`,
    '',
    '| setting | Celery | default | meaning | takes |',
    '|---|---|---|---|---|',
    ...rows.map((row) => row.replaceAll(' |  |', ' | |').replaceAll('  ', ' ')),
    '',
  ].join('\n');
}

test('the page of settings is that of the table', () => {
  if (process.env['UPDATE_PAGES'] === '1') writeFileSync(page, settingsPage());
  expect(readFileSync(page, 'utf8')).toBe(settingsPage());
});
