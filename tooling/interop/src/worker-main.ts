// A Celeriac worker by its command line, which ends with the process that started it, even if that is killed.
import { main } from '@celeriac/cli';

process.stdin.on('end', () => process.kill(process.pid, 'SIGTERM')).resume();
process.exitCode = await main(process.argv.slice(2));
process.exit();
