import { type Goal, goals, SUBJECT } from '../report/goals.ts';
import type { SystemEntry } from '../systems/system.ts';

/** The concurrencies that a quick run drains with: those that a goal looks at, and the greatest. @param all - rising */
export function quickWidths(
  { name, broker }: Pick<SystemEntry, 'name' | 'broker'>,
  all: readonly number[],
  looks: readonly Goal[] = goals,
): readonly number[] {
  const isSeen = (concurrency: number): boolean =>
    looks.some(
      ({ figure, against }) =>
        figure.job === 'drain' &&
        figure.broker === broker &&
        figure.variant === `c=${concurrency}` &&
        (name === SUBJECT || name === against),
    );
  return all.filter((concurrency, at) => at === all.length - 1 || isSeen(concurrency));
}
