import { BenchOptionError, HELP, readOptions } from './options.ts';
import { SavedRunError } from './report/saved-run.ts';
import { runBench } from './run-bench.ts';

try {
  const options = readOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(HELP);
  else await runBench(options);
} catch (error) {
  if (!(error instanceof BenchOptionError || error instanceof SavedRunError)) throw error;
  process.stderr.write(`${error.message}\nnpm run bench -- --help says what there is.\n`);
  process.exitCode = 2;
}
