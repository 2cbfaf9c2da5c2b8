import type { Measurement } from '../measure/measurements.ts';
import { median } from '../measure/statistics.ts';
import { readable } from './markdown.ts';

const WIDTH = 760;
const BAR = 18;
const GAP = 6;
const LABEL = 150;
const VALUE = 90;
const HEADING = 30;
const COLOURS: Readonly<Record<string, string>> = { celeriac: '#2f7d4f', raw: '#80868b', bare: '#c4c7ca' };
const OTHERS = '#c9b458';

/** Bars of tasks per second for sends with 1,000 in flight and drains at concurrency 100, one group for each broker: SVG. */
export function chart(measurements: readonly Measurement[]): string {
  const shown = measurements.filter(
    ({ job, variant }) => (job === 'send' && variant === '1000 in flight') || (job === 'drain' && variant === 'c=100'),
  );
  const groups = [...Map.groupBy(shown, ({ job, broker, variant }) => `${broker}: ${job}, ${variant}`)];
  const parts: string[] = [];
  let y = 0;
  for (const [title, group] of groups) {
    parts.push(text(0, y + 20, title, 'font-weight="bold"'));
    y += HEADING;
    const most = Math.max(...group.map(({ rounds }) => median(rounds)));
    for (const { system, rounds } of group.toSorted((a, b) => median(b.rounds) - median(a.rounds))) {
      const value = median(rounds);
      const width = Math.max(1, ((WIDTH - LABEL - VALUE) * value) / most);
      parts.push(
        text(0, y + 14, system),
        `<rect x="${LABEL}" y="${y}" width="${width.toFixed(1)}" height="${BAR}" fill="${COLOURS[system] ?? OTHERS}"/>`,
        text(LABEL + width + 6, y + 14, readable(value)),
      );
      y += BAR + GAP;
    }
    y += GAP;
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" font-family="sans-serif" font-size="13" role="img">`,
    '<title>Tasks per second</title>',
    `<rect width="${WIDTH}" height="${y}" fill="#ffffff"/>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

function text(x: number, y: number, content: string, extra = ''): string {
  const safe = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${x.toFixed(1)}" y="${y}" fill="#202124" ${extra}>${safe}</text>`;
}
