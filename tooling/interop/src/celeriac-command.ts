import { main } from '@celeriac/cli';
import type { InteropConfig } from './interop-config.ts';

/** Celeriac's settings of the environment, for an app that is made of `--broker` alone. */
const CONTROL_EXCHANGE = 'CELERIAC_CONTROL_EXCHANGE';

/** Runs the `celeriac` command in this process: the same code as in a shell. */
export async function celeriacCommand(
  { broker, controlExchange }: InteropConfig,
  words: readonly string[],
): Promise<{ readonly code: number; readonly output: string }> {
  let output = '';
  const write = (text: string): void => {
    output += text;
  };
  const stream = { write };
  process.env[CONTROL_EXCHANGE] = controlExchange;
  try {
    const code = await main(['-b', broker, ...words], { stdout: stream, stderr: stream, env: {} });
    return { code, output };
  } finally {
    delete process.env[CONTROL_EXCHANGE];
  }
}
