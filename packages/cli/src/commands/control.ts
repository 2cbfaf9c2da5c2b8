import type { CommandCode } from '../definitions/define.ts';
import { runRemoteCommand } from '../remote-command.ts';

/** `celeriac control`. */
export const controlCommand: CommandCode = (context, [, ...words], options) =>
  runRemoteCommand('control', context, words, options);
