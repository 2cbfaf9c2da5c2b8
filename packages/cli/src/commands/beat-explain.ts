import { beatPackage } from '../beat-package.ts';
import { UsageError } from '../cli-error.ts';
import type { CommandCode } from '../definitions/define.ts';
import { packageFolders } from '../import-package.ts';
import { parseIntegerOption } from '../option-values.ts';
import { formatTable } from '../table.ts';

/** `celeriac beat explain`. */
export const beatExplainCommand: CommandCode = async ({ globals, output }, [, text = ''], options) => {
  const { tz = 'UTC', classic, count = '5' } = options as { tz?: string; classic?: boolean; count?: string };
  const beat = await beatPackage('beat explain', packageFolders(globals.workdir, undefined));
  const many = parseIntegerOption('--count', count, 1, 1000);
  const schedule = classic === true ? beat.cron(text) : beat.readSchedule(text);
  if (!('next' in schedule)) throw new UsageError('schedule', 'This schedule has no due times of its own.');
  const context = { zone: beat.TimeZone.of(tz), daylightGap: 'next-valid', repeatedHour: 'once' } as const;
  const explanation = beat.explainSchedule(schedule, context, Date.now(), many);
  output.data(explanation, () => {
    const { words, zone, next, notes } = explanation;
    const times = formatTable(
      [{ title: 'LOCAL' }, { title: 'UTC' }],
      next.map(({ local, utc }) => [local, utc]),
    );
    const lines = [`${words} (${zone})`, '', next.length === 0 ? 'It is never due again.' : times];
    return [...lines, ...(notes.length > 0 ? ['', ...notes] : [])].join('\n');
  });
  return 0;
};
