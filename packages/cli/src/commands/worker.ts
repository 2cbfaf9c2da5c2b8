import { hostname } from 'node:os';
import { pathToFileURL } from 'node:url';
import { bannerText } from '../banner.ts';
import { bannerFacts } from '../banner-facts.ts';
import type { CommandCode, ParsedOptions } from '../definitions/define.ts';
import type { GlobalOptions } from '../global-options.ts';
import { packageFolders } from '../import-package.ts';
import { importUserModule } from '../import-user-module.ts';
import { nodeName } from '../node-name.ts';
import { type OpenApp, openApp } from '../open-app.ts';
import type { Output } from '../output.ts';
import { messages, purgeQueues } from '../purge-queues.ts';
import { readWorkerArguments, type WorkerArguments } from '../worker-options.ts';
import { workerPackage } from '../worker-package.ts';

/** `celeriac worker`. */
export const workerCommand: CommandCode = async ({ globals, output }, _positional, options) => {
  const given = readWorkerArguments(options);
  setLogging(options, globals);
  const open = await openApp(globals);
  const { app, runtime, file } = open;
  const name = nodeName(given.hostname, hostname());
  try {
    const { runWorker } = await workerPackage('worker', packageFolders(globals.workdir, file));
    await loadModules(open, given, globals.workdir);
    if (given.purge) await purge(open, given, output);
    const asText = runtime.settings.logFormat === 'text' && !output.quiet && !output.json;
    if (asText) {
      const facts = bannerFacts(open, given, name);
      output.raw(bannerText(facts, (text) => output.paint('bold', text)));
      runtime.signals.workerReady.connect(() => output.raw(`${output.paint('green', `${name} ready.`)}\n`));
    }
    const { hostname: _hostname, include: _include, purge: _purge, ...rest } = given;
    return await runWorker(app, {
      ...rest,
      hostname: name,
      ...(file !== undefined && { appModule: pathToFileURL(file).href }),
    });
  } finally {
    await runtime.close();
  }
};

/** The app's logger is made from its settings; processes of the pool inherit them. */
function setLogging({ loglevel, logformat }: ParsedOptions, { color }: GlobalOptions): void {
  if (typeof loglevel === 'string') process.env['CELERIAC_LOG_LEVEL'] = loglevel;
  if (typeof logformat === 'string') process.env['CELERIAC_LOG_FORMAT'] = logformat;
  if (color !== undefined) process.env['CELERIAC_WORKER_LOG_COLOR'] = String(color);
}

/** The modules of the settings, then those of `--include`; processes of the pool import the same ones. */
async function loadModules({ runtime }: OpenApp, { include }: WorkerArguments, workdir: string): Promise<void> {
  await runtime.loadTasks();
  const files: string[] = [];
  for (const module of include) files.push((await importUserModule(module, module, workdir)).file);
  if (files.length > 0) process.env['CELERIAC_INCLUDE'] = [...runtime.settings.include, ...files].join(',');
}

async function purge({ runtime }: OpenApp, given: WorkerArguments, output: Output): Promise<void> {
  const { names } = runtime.queues(given.queues, given.excludeQueues);
  const { purged } = await purgeQueues(runtime, names);
  output.note(`Dropped ${messages(purged)} of ${names.join(', ')}.`);
}
