// A Celeriac worker by its command line, which ends with the process that started it, even if that is killed.
import { main } from '@celeriac/cli';

const PATIENCE_MS = 8_000;

process.stdin.on('end', end).resume();
process.exitCode = await main(process.argv.slice(2));
process.exit();

/** The broker may have ended too, so a warm shutdown has only so long. */
function end(): void {
  process.stdout.on('error', () => {});
  process.kill(process.pid, 'SIGTERM');
  setTimeout(() => process.exit(1), PATIENCE_MS).unref();
}
