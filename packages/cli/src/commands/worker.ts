import { hostname } from 'node:os';
import { readSettingArguments, type Settings } from '@celeriac/core/internal';
import { bannerText } from '../banner.ts';
import { bannerFacts } from '../banner-facts.ts';
import { beatPackage } from '../beat-package.ts';
import { UsageError } from '../cli-error.ts';
import { configuredAppUrl } from '../configured-app-url.ts';
import { becomeDaemon } from '../daemon/become-daemon.ts';
import { type DaemonOptions, readDaemonOptions } from '../daemon/daemon-options.ts';
import { filePattern } from '../daemon/file-pattern.ts';
import { startDetached } from '../daemon/start-detached.ts';
import type { CommandCode, ParsedOptions } from '../definitions/define.ts';
import type { GlobalOptions } from '../global-options.ts';
import { packageFolders } from '../import-package.ts';
import { importUserModule } from '../import-user-module.ts';
import { logLevelOf } from '../log-levels.ts';
import { type OpenApp, openApp } from '../open-app.ts';
import type { Output } from '../output.ts';
import { type Overrides, passOverrides } from '../overrides.ts';
import { messages, purgeQueues } from '../purge-queues.ts';
import { endWithWatcher, WatchedWorker } from '../watch/watched-worker.ts';
import { readWorkerArguments, type WorkerArguments } from '../worker-options.ts';
import { workerPackage } from '../worker-package.ts';

/** `celeriac worker`. */
export const workerCommand: CommandCode = async ({ globals, output }, [, ...settings], options) => {
  const given = readWorkerArguments(options);
  const daemonOptions = readDaemonOptions(options);
  if (given.watch) return await watch(globals, output, daemonOptions);
  endWithWatcher();
  const ends: (() => void)[] = [];
  const overrides = { ...readSettingArguments(settings, 'worker'), ...loggingOf(options, globals) };
  const open = await openApp(globals, overrides);
  const { app, runtime, file } = open;
  try {
    refuseMemory(runtime.settings);
    const { nodeName, runWorker } = await workerPackage('worker', packageFolders(globals.workdir, file));
    const name = nodeName(given.hostname, hostname());
    if (daemonOptions.detach) return await startDetached(daemonOptions, name, output);
    const daemon = becomeDaemon(daemonOptions, name);
    ends.push(() => daemon.end());
    process.title = `celeriac worker ${name}`;
    const included = await loadModules(open, given, globals.workdir);
    if (given.purge) await purge(open, given, output);
    const asText = runtime.settings.logFormat === 'text' && !output.quiet && !output.json;
    if (asText) {
      const facts = bannerFacts(open, given, name);
      output.raw(bannerText(facts, (text) => output.paint('bold', text)));
    }
    passOverrides(open.overrides, process.env);
    const {
      hostname: _hostname,
      include: _include,
      purge: _purge,
      watch: _watch,
      beat,
      schedule,
      stateDb,
      ...rest
    } = given;
    const run = (): Promise<number> =>
      runWorker(app, {
        ...rest,
        hostname: name,
        ...(stateDb !== undefined && { stateDb: filePattern(stateDb, name) }),
        onReady: () => {
          if (asText) output.raw(`${output.paint('green', `${name} ready.`)}\n`);
          daemon.ready();
        },
        ...(file !== undefined && { appModule: configuredAppUrl(file, open.exportName, included) }),
      });
    if (!beat) return await run();
    const { withBeat } = await beatPackage('worker --beat', packageFolders(globals.workdir, file));
    return await withBeat(app, schedule === undefined ? {} : { store: schedule }, run);
  } finally {
    await runtime.close();
    for (const end of ends) end();
  }
};

/** A process that only watches; the worker is another one. */
function watch({ workdir }: GlobalOptions, output: Output, { detach }: DaemonOptions): Promise<number> {
  if (detach) throw new UsageError('--watch', '--watch is for development, and not for --detach.');
  const args = process.argv.slice(2).filter((argument) => argument !== '--watch');
  return new WatchedWorker({ folder: workdir, args, output }).run();
}

/** Nobody outside of this process could send it anything. */
function refuseMemory({ brokerUrl, brokerReadUrl }: Settings): void {
  const urls = [brokerReadUrl ?? brokerUrl].flat().flatMap((url) => url.split(';'));
  if (!urls.every((url) => url.trim().startsWith('memory:'))) return;
  throw new UsageError('--broker', 'The broker memory:// stays inside one process: no task would reach this worker.', {
    hint: 'Use sqlite:///queue.db, or start a Worker inside your program.',
  });
}

function loggingOf({ loglevel, logformat }: ParsedOptions, { color }: GlobalOptions): Overrides {
  return {
    ...(typeof loglevel === 'string' && { logLevel: logLevelOf(loglevel) }),
    ...(typeof logformat === 'string' && { logFormat: logformat as 'text' | 'json' }),
    ...(color !== undefined && { workerLogColor: color }),
  };
}

/** The modules of the settings, then those of `--include`. @returns the files of the latter */
async function loadModules(
  { runtime }: OpenApp,
  { include }: WorkerArguments,
  workdir: string,
): Promise<readonly string[]> {
  await runtime.loadTasks();
  const files: string[] = [];
  for (const module of include) files.push((await importUserModule(module, module, workdir)).file);
  return files;
}

async function purge({ runtime }: OpenApp, given: WorkerArguments, output: Output): Promise<void> {
  const queues = runtime.queues(given.queues, given.excludeQueues);
  const { purged } = await purgeQueues(runtime, queues);
  output.note(`Dropped ${messages(purged)} of ${queues.names.join(', ')}.`);
}
