import { hostname } from 'node:os';
import { beatPackage } from '../beat-package.ts';
import { becomeDaemon } from '../daemon/become-daemon.ts';
import { readDaemonOptions } from '../daemon/daemon-options.ts';
import { startDetached } from '../daemon/start-detached.ts';
import type { CommandCode } from '../definitions/define.ts';
import { packageFolders } from '../import-package.ts';
import { logLevelOf } from '../log-levels.ts';
import { openApp } from '../open-app.ts';
import { parseNumberOption } from '../option-values.ts';

/** `celeriac beat`. */
export const beatCommand: CommandCode = async ({ globals, output }, _positional, options) => {
  const { store, maxInterval, loglevel, logformat } = options as Record<string, string | undefined>;
  const daemonOptions = readDaemonOptions(options);
  const { app, runtime, file } = await openApp(globals, {
    ...(loglevel !== undefined && { logLevel: logLevelOf(loglevel) }),
    ...(logformat !== undefined && { logFormat: logformat as 'text' | 'json' }),
    ...(globals.color !== undefined && { workerLogColor: globals.color }),
  });
  const ends: (() => void)[] = [];
  try {
    const { runBeat } = await beatPackage('beat', packageFolders(globals.workdir, file));
    const node = `beat@${hostname()}`;
    if (daemonOptions.detach) return await startDetached(daemonOptions, node, output);
    const daemon = becomeDaemon(daemonOptions, node);
    ends.push(() => daemon.end());
    process.title = `celeriac ${node}`;
    const asText = runtime.settings.logFormat === 'text' && !output.quiet && !output.json;
    return await runBeat(app, {
      ...(store !== undefined && { store }),
      ...(maxInterval !== undefined && { maxInterval: parseNumberOption('--max-interval', maxInterval, 0) }),
      onReady: () => {
        if (asText) output.raw(`${output.paint('green', 'beat ready.')}\n`);
        daemon.ready();
      },
    });
  } finally {
    await runtime.close();
    for (const end of ends) end();
  }
};
