import type { PeriodicEntry } from '@celeriac/core';
import type { BeatPackage } from '../beat-package.ts';
import type { CommandCode, ParsedOptions } from '../definitions/define.ts';
import { parseArgsOption, parseKwargsOption } from '../option-values.ts';
import { withSchedule } from '../with-schedule.ts';

const DONE = { add: 'Added', pause: 'Paused', resume: 'Resumed', remove: 'Removed', 'run-now': 'Sending' } as const;

/** `celeriac beat add`, `pause`, `resume`, `remove` and `run-now`. */
export const beatEditCommand: CommandCode = ({ globals, output }, [action = '', ...names], options) =>
  withSchedule(globals, options, async (editor, beat) => {
    switch (action) {
      case 'add':
        await editor.add(names[0] ?? '', entryOf(options, beat));
        break;
      case 'pause':
        await editor.pause(names);
        break;
      case 'resume':
        await editor.resume(names);
        break;
      case 'remove':
        await editor.remove(names);
        break;
      default:
        await editor.runNow(names);
    }
    const verb = DONE[action as keyof typeof DONE];
    output.data({ [action]: names, schedule: editor.place }, () => `${verb} ${names.join(', ')}.`);
    output.note(`A running beat takes it over within some seconds (${editor.place}).`);
    return 0;
  });

function entryOf(options: ParsedOptions, beat: BeatPackage): PeriodicEntry {
  const {
    task,
    schedule,
    classic,
    args,
    kwargs,
    options: calls,
    rules,
    tz,
  } = options as Record<string, string | undefined>;
  return {
    ...(rules !== undefined && parseKwargsOption('--rules', rules)),
    task: task ?? '',
    schedule: classic === undefined ? beat.readSchedule(schedule) : beat.cron(schedule ?? ''),
    ...(args !== undefined && { args: parseArgsOption('--args', args) }),
    ...(kwargs !== undefined && { kwargs: parseKwargsOption('--kwargs', kwargs) }),
    ...(calls !== undefined && { options: parseKwargsOption('--options', calls) }),
    ...(tz !== undefined && { timezone: tz }),
  };
}
