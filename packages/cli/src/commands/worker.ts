import { arch, availableParallelism, hostname, platform } from 'node:os';
import { maskUrl } from '@celeriac/protocol';
import type { WorkerOptions } from '@celeriac/worker';
import { type BannerFacts, bannerText } from '../banner.ts';
import { CommandFailedError } from '../cli-error.ts';
import type { CommandCode, ParsedOptions } from '../definitions/define.ts';
import type { GlobalOptions } from '../global-options.ts';
import { importPackage, packageFolders } from '../import-package.ts';
import { nodeName } from '../node-name.ts';
import { type OpenApp, openApp } from '../open-app.ts';
import type { Output } from '../output.ts';
import { queueViews } from '../queue-view.ts';
import { cliVersion } from '../version.ts';
import { readWorkerArguments, type WorkerArguments } from '../worker-options.ts';

type RunWorker = (typeof import('@celeriac/worker'))['runWorker'];

/** `celeriac worker`. */
export const workerCommand: CommandCode = async ({ globals, output }, _positional, options) => {
  const given = readWorkerArguments(options);
  setLogging(options, globals);
  const open = await openApp(globals);
  const runWorker = await loadWorker(globals, open);
  return 0;
};
