import { createInterface } from 'node:readline/promises';
import type { AppRuntime } from '@celeriac/core/internal';
import { UsageError } from '../cli-error.ts';
import type { CommandCode } from '../definitions/define.ts';
import { withApp } from '../open-app.ts';
import { parseListOption } from '../option-values.ts';
import { messages, purgeQueues } from '../purge-queues.ts';
import { queueLengths } from '../queue-lengths.ts';

/** `celeriac purge`. */
export const purgeCommand: CommandCode = async ({ globals, output }, _positional, options) => {
  const force = options['force'] === true;
  if (!force && process.stdin.isTTY !== true) {
    throw new UsageError('-f', 'purge asks before it drops messages, and there is no terminal to ask on.', {
      hint: 'Add -f to drop them without asking.',
    });
  }
  const selected = options['queues'] === undefined ? undefined : parseListOption(String(options['queues']));
  const excluded =
    options['excludeQueues'] === undefined ? undefined : parseListOption(String(options['excludeQueues']));
  return withApp(globals, async ({ runtime }) => {
    const queues = runtime.queues(selected, excluded);
    const { names } = queues;
    if (!force && !(await confirmed(await questionFor(runtime, names)))) {
      output.note('Nothing was dropped.');
      return 1;
    }
    const report = await purgeQueues(runtime, queues);
    output.data(report, () => `Dropped ${messages(report.purged)} of ${names.join(', ')}.`);
    return 0;
  });
};

async function questionFor(runtime: AppRuntime, names: readonly string[]): Promise<string> {
  const lengths = await runtime.writer().run((transport) => queueLengths(transport, names));
  const total = [...lengths.values()].reduce<number>((sum, length) => sum + (length ?? 0), 0);
  return `Drop ${messages(total)} of ${names.join(', ')}? There is no way back. [y/N] `;
}

async function confirmed(question: string): Promise<boolean> {
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const ended = Promise.withResolvers<string>();
  // Ctrl-C and Ctrl-D are a no.
  prompt.once('SIGINT', () => prompt.close());
  prompt.once('close', () => ended.resolve(''));
  try {
    const answer = await Promise.race([prompt.question(question), ended.promise]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    prompt.close();
  }
}
