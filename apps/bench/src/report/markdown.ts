import type { Measurement } from '../measure/measurements.ts';
import { median } from '../measure/statistics.ts';
import type { GoalReport } from './goals.ts';

/** A number as people read it: three figures that count, thousands apart. */
export function readable(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const rounded = value >= 1000 ? Number(value.toPrecision(3)) : Number(value.toPrecision(value >= 100 ? 3 : 2));
  return rounded.toLocaleString('en-US', { maximumFractionDigits: 3 });
}

/** One table for each job and broker: a line for each variant, a column for each system; medians, with the least and the most. */
export function figureTables(measurements: readonly Measurement[]): string {
  const groups = Map.groupBy(measurements, ({ job, broker }) => `${job}, ${broker}`);
  return [...groups].map(([title, group]) => figureTable(title, group)).join('\n');
}

function figureTable(title: string, group: readonly Measurement[]): string {
  const systems = [...new Set(group.map(({ system }) => system))];
  const variants = [...new Set(group.map(({ variant }) => variant))];
  const cell = (variant: string, system: string): string => {
    const found = group.find((one) => one.variant === variant && one.system === system);
    if (found === undefined) return '–';
    const { rounds } = found;
    const middle = readable(median(rounds));
    return rounds.length === 1
      ? middle
      : `**${middle}** (${readable(Math.min(...rounds))}–${readable(Math.max(...rounds))})`;
  };
  const lines = variants.map(
    (variant) => `| ${variant} | ${systems.map((system) => cell(variant, system)).join(' | ')} |`,
  );
  const unit = group[0]?.unit ?? '';
  return [
    `### ${title} (${unit})`,
    '',
    `| | ${systems.join(' | ')} |`,
    `|---|${systems.map(() => '---').join('|')}|`,
    ...lines,
    '',
  ].join('\n');
}

/** The goals with what was reached. */
export function goalTable(reports: readonly GoalReport[]): string {
  const lines = reports.map(({ goal, reached, met, besideBare }) => {
    const bound = goal.atLeast === undefined ? `≤ ${goal.atMost}` : `≥ ${goal.atLeast}`;
    const wanted = goal.against === undefined ? bound : `${bound} × ${goal.against}`;
    const seen = reached === undefined ? '–' : readable(reached);
    const verdict = met === undefined ? 'not measured' : met ? 'met' : '**not met**';
    const aside = besideBare === undefined ? '' : readable(besideBare);
    return `| ${goal.name} | ${wanted} | ${seen} | ${verdict} | ${aside} |`;
  });
  return ['| job | goal | reached | | beside bare |', '|---|---|---|---|---|', ...lines, ''].join('\n');
}
