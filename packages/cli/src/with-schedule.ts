import type { ScheduleEditor } from '@celeriac/beat';
import { type BeatPackage, beatPackage } from './beat-package.ts';
import type { ParsedOptions } from './definitions/define.ts';
import type { GlobalOptions } from './global-options.ts';
import { packageFolders } from './import-package.ts';
import { withApp } from './open-app.ts';

/** Runs `use` with the schedule of the app of the command line. */
export function withSchedule<T>(
  globals: GlobalOptions,
  { store }: ParsedOptions,
  use: (editor: ScheduleEditor, beat: BeatPackage) => Promise<T>,
): Promise<T> {
  return withApp(globals, async ({ app, file }) => {
    const beat = await beatPackage('beat', packageFolders(globals.workdir, file));
    const editor = await beat.ScheduleEditor.open(app, typeof store === 'string' ? { store } : {});
    try {
      return await use(editor, beat);
    } finally {
      await editor.close();
    }
  });
}
