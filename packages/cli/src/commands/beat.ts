import type { LogLevel } from '@celeriac/protocol';
import { beatPackage } from '../beat-package.ts';
import type { CommandCode } from '../definitions/define.ts';
import { packageFolders } from '../import-package.ts';
import { openApp } from '../open-app.ts';
import { parseNumberOption } from '../option-values.ts';

/** `celeriac beat`. */
export const beatCommand: CommandCode = async ({ globals, output }, _positional, options) => {
  const { store, maxInterval, pidfile, loglevel, logformat } = options as Record<string, string | undefined>;
  const { app, runtime, file } = await openApp(globals, {
    ...(loglevel !== undefined && { logLevel: loglevel as LogLevel }),
    ...(logformat !== undefined && { logFormat: logformat as 'text' | 'json' }),
    ...(globals.color !== undefined && { workerLogColor: globals.color }),
  });
  try {
    const { runBeat } = await beatPackage('beat', packageFolders(globals.workdir, file));
    const asText = runtime.settings.logFormat === 'text' && !output.quiet && !output.json;
    return await runBeat(app, {
      ...(store !== undefined && { store }),
      ...(maxInterval !== undefined && { maxInterval: parseNumberOption('--max-interval', maxInterval, 0) }),
      ...(pidfile !== undefined && { pidFile: pidfile }),
      ...(asText && { onReady: () => output.raw(`${output.paint('green', 'beat ready.')}\n`) }),
    });
  } finally {
    await runtime.close();
  }
};
