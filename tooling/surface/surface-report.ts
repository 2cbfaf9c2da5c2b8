import type { PublicName } from './package-surface.ts';

/** The report of one package as Markdown: a table of names per entry point, then every declaration. */
export function surfaceReport(packageName: string, surface: ReadonlyMap<string, readonly PublicName[]>): string {
  const parts = [
    `# Public surface of ${packageName}`,
    'Written by `npm run surface`. A change here is a change for users: it needs a changeset.',
  ];
  for (const [path, names] of surface) {
    parts.push(`## ${path === '.' ? packageName : packageName + path.slice(1)}`);
    if (names.length === 0) parts.push('Exports nothing.');
    for (const { name, declarations } of names) {
      const text = declarations.map((declaration) => declaration.text).join('\n');
      parts.push(`### ${name} (${declarations[0]?.kind})`, `\`\`\`ts\n${text}\n\`\`\``);
    }
  }
  return `${parts.join('\n\n')}\n`;
}
