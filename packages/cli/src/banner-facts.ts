import { arch, availableParallelism, platform } from 'node:os';
import { relative } from 'node:path';
import { maskUrl } from '@celeriac/protocol';
import type { BannerFacts } from './banner.ts';
import type { OpenApp } from './open-app.ts';
import { queueViews } from './queue-view.ts';
import { cliVersion } from './version.ts';
import type { WorkerArguments } from './worker-options.ts';

/** What the banner tells, from the settings and the command line. */
export function bannerFacts({ app, runtime, file }: OpenApp, given: WorkerArguments, nodeName: string): BannerFacts {
  const { settings } = runtime;
  const { names, topology } = runtime.queues(given.queues, given.excludeQueues);
  const pool = given.pool ?? settings.workerPool;
  const { autoscale } = given;
  const fewest = autoscale === undefined ? undefined : Math.max(1, autoscale.min);
  const wanted = fewest ?? given.concurrency ?? settings.workerConcurrency ?? availableParallelism();
  return {
    nodeName,
    version: cliVersion(),
    platform: `${platform()} ${arch()}, Node ${process.versions.node}`,
    app: file === undefined ? app.name : `${app.name} (${relative(process.cwd(), file)})`,
    transport: maskUrl([settings.brokerReadUrl ?? settings.brokerUrl].flat().join(';')),
    results: settings.resultBackend === undefined ? undefined : maskUrl(settings.resultBackend),
    concurrency: pool === 'solo' ? 1 : wanted,
    pool,
    taskEvents: given.taskEvents ?? settings.workerSendTaskEvents,
    queues: queueViews(names, topology),
    tasks: runtime.logger.isEnabled('info') ? runtime.tasks.names().toSorted() : undefined,
  };
}
