// Runs turbo with the given arguments: node tooling/turbo/main.ts run build
import { runTurbo } from './run-turbo.ts';

process.exitCode = runTurbo(process.argv.slice(2));
