import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isCeleriacError, maskUrl } from '@celeriac/core';
import { countFolder } from './count-folder.ts';
import { app } from './counting-app.ts';
import { startInProcess } from './in-process-workers.ts';
import { app as lexicon } from './lexicon-app.ts';
import { type DemoOptions, demoOptions, HELP, UsageError } from './options.ts';
import { ProgressBar } from './progress-bar.ts';
import { answerText, effortText } from './report.ts';
import { textFiles } from './text-files.ts';
import { startProcesses } from './workers.ts';

const scratch = await mkdtemp(join(tmpdir(), 'celeriac-demo-'));
try {
  const files = fileURLToPath(new URL('../../..', import.meta.url));
  process.exitCode = await run(demoOptions(process.argv.slice(2), { files, url: `sqlite:///${scratch}/demo.db` }));
} catch (error) {
  process.exitCode = explain(error);
} finally {
  await rm(scratch, { recursive: true, force: true });
}

async function run(options: DemoOptions): Promise<number> {
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const say = (line: string) => options.json || process.stdout.write(`${line}\n`);
  const folder = await realpath(options.files);
  const paths = await textFiles(folder);
  say(`Reading ${paths.length} files of ${folder}`);
  say(`broker ${maskUrl(options.broker)}, results ${maskUrl(options.backend)}`);
  for (const one of [app, lexicon]) one.configure({ broker: options.broker, backend: options.backend });
  const inside = options.broker.startsWith('memory:');
  const workers = inside ? await startInProcess([app, lexicon]) : await startProcesses(options);
  const bar = new ProgressBar(process.stderr, !options.json);
  try {
    const { answer, effort } = await countFolder(folder, paths, options.top, bar);
    bar.clear();
    if (options.json) process.stdout.write(`${JSON.stringify(answer, null, 2)}\n`);
    else say(`\n${answerText(answer)}\n\n${effortText(effort, workers.description)}`);
    return 0;
  } finally {
    bar.clear();
    await workers.stop();
    await Promise.all([app.close(), lexicon.close()]);
  }
}

function explain(error: unknown): number {
  if (error instanceof UsageError) {
    process.stderr.write(`${error.message}\nSee --help.\n`);
    return 2;
  }
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${message}\n${isCeleriacError(error) && error.hint !== undefined ? `${error.hint}\n` : ''}`);
  return 1;
}
