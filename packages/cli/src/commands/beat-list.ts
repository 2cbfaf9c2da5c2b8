import type { ScheduleView } from '@celeriac/beat';
import { escapeForLog, isoTime } from '@celeriac/protocol';
import type { BeatPackage } from '../beat-package.ts';
import type { CommandCode } from '../definitions/define.ts';
import { parseIntegerOption } from '../option-values.ts';
import { formatTable } from '../table.ts';
import { withSchedule } from '../with-schedule.ts';

const MOST_RUNS = 10_000;
type Listed = ScheduleView['entries'][number];

/** `celeriac beat list`. */
export const beatListCommand: CommandCode = ({ globals, output }, _positional, options) =>
  withSchedule(globals, options, async (editor, beat) => {
    const { entries, bad } = await editor.list();
    const coming = beat.nextRuns(entries, Date.now());
    const views = entries.map((listed) => view(listed, coming.get(listed.entry.name)));
    output.data([...views, ...bad.map(({ name, error }) => ({ name, error: messageOf(error) }))], () =>
      views.length === 0 ? 'There are no periodic tasks.' : table(entries, coming, beat),
    );
    for (const { error } of bad) output.note(messageOf(error));
    return bad.length === 0 ? 0 : 1;
  });

/** `celeriac beat next`. */
export const beatNextCommand: CommandCode = ({ globals, output }, [, given = '20'], options) => {
  const count = parseIntegerOption('count', given, 1, MOST_RUNS);
  return withSchedule(globals, options, async (editor, beat) => {
    const runs = await editor.next(count);
    const views = runs.map(({ entry, atMs }) => ({
      ...beat.shownTime(atMs, entry.context),
      zone: entry.context.zone.name,
      entry: entry.name,
      task: entry.task,
    }));
    output.data(views, () =>
      views.length === 0
        ? 'Nothing is due.'
        : formatTable(
            [{ title: 'LOCAL' }, { title: 'UTC' }, { title: 'ZONE' }, { title: 'ENTRY' }, { title: 'TASK' }],
            views.map(({ local, utc, zone, entry, task }) => [local, utc, zone, shown(entry), shown(task)]),
          ),
    );
    return 0;
  });
};

function table(entries: readonly Listed[], coming: ReadonlyMap<string, number>, beat: BeatPackage): string {
  return formatTable(
    [
      { title: 'ENTRY' },
      { title: 'TASK' },
      { title: 'SCHEDULE' },
      { title: 'STATE' },
      { title: 'RUNS', align: 'right' },
      { title: 'LAST' },
      { title: 'NEXT' },
    ],
    entries.map(({ entry, state }) => {
      const next = coming.get(entry.name);
      return [
        shown(entry.name),
        shown(entry.task),
        shown(entry.schedule.describe?.() ?? 'its own'),
        entry.isEnabled ? entry.origin : 'paused',
        String(state.totalRunCount),
        state.lastRunAtMs === null ? '-' : beat.shownTime(state.lastRunAtMs, entry.context).local,
        next === undefined ? '-' : beat.shownTime(next, entry.context).local,
      ];
    }),
  );
}

function view({ entry, state }: Listed, nextMs: number | undefined): object {
  const { name, task, args, kwargs, options, schedule, context, origin, isEnabled, description } = entry;
  return {
    name,
    task,
    schedule: schedule.describe?.() ?? null,
    timezone: context.zone.name,
    args,
    kwargs,
    options,
    origin,
    enabled: isEnabled,
    totalRunCount: state.totalRunCount,
    lastRunAt: state.lastRunAtMs === null ? null : isoTime(state.lastRunAtMs),
    next: nextMs === undefined ? null : isoTime(nextMs),
    ...(description !== undefined && { description }),
  };
}

function shown(text: string): string {
  return escapeForLog(text, 60);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
