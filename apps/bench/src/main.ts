import { BenchOptionError, HELP, readOptions } from './options.ts';
import { SavedRunError } from './report/saved-run.ts';
import { runBench } from './run-bench.ts';

try {
  // Where the person is: the package manager has gone to the folder of this package.
  const options = readOptions(process.argv.slice(2), process.env['INIT_CWD']);
  if (options.help) process.stdout.write(HELP);
  else await runBench(options);
} catch (error) {
  if (!(error instanceof BenchOptionError || error instanceof SavedRunError)) throw error;
  process.stderr.write(`${error.message}\nnpm run bench -- --help says what there is.\n`);
  process.exitCode = 2;
}
