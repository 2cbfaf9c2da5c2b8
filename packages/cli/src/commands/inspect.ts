import type { CommandCode } from '../definitions/define.ts';
import { runRemoteCommand } from '../remote-command.ts';

/** `celeriac inspect`. */
export const inspectCommand: CommandCode = (context, [, ...words], options) =>
  runRemoteCommand('inspect', context, words, options);
