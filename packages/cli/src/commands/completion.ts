import { script } from '@bomb.sh/tab';
import type { CommandCode } from '../definitions/define.ts';

/** `celeriac completion`: the script to put into the shell's start-up file. */
export const completionCommand: CommandCode = async (_context, [, shell = '']) => {
  script(shell, 'celeriac', 'celeriac');
  return 0;
};
