import { spawn } from 'node:child_process';
import type { ServiceAccount } from './service-account.ts';
import type { CommandPlan } from './service-plan.ts';

/** Where a command runs, and for how long at most. */
export interface RunSurroundings {
  readonly folder: string;
  readonly account: ServiceAccount;
  readonly timeoutMs: number;
}

/** Runs a planned command to its end. @returns its exit code, null if it was killed, and all it wrote */
export function runPlanned(
  { command, args, env, input }: CommandPlan,
  { folder, account, timeoutMs }: RunSurroundings,
): Promise<{ readonly code: number | null; readonly output: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: folder,
      stdio: 'pipe',
      env: { ...process.env, ...env },
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      ...account.identity,
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    child.once('error', (error) => resolve({ code: null, output: output + error.message }));
    child.once('close', (code) => resolve({ code, output }));
    // It may have ended without reading.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input ?? '');
  });
}
