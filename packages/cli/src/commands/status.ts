import { escapeForLog } from '@celeriac/protocol';
import { broadcastOptions } from '../broadcast-options.ts';
import { nodeCount } from '../control-view.ts';
import type { CommandCode } from '../definitions/define.ts';
import { noReply } from '../no-reply-error.ts';
import { withApp } from '../open-app.ts';
import { formatTable } from '../table.ts';

/** `celeriac status`. */
export const statusCommand: CommandCode = async ({ globals, output }, _positional, options) => {
  const asked = broadcastOptions(options);
  return withApp(globals, async ({ app }) => {
    const replies = await app.control.inspect(asked).ping();
    if (replies.size === 0) throw noReply();
    const nodes = [...replies].toSorted(([one], [other]) => (one < other ? -1 : 1));
    output.data(Object.fromEntries(nodes), () => {
      const rows = nodes.map(([node, value]) => [escapeForLog(node, 255), 'ok' in value ? 'OK' : 'ERROR']);
      return formatTable([{ title: 'NODE' }, { title: 'STATUS' }], rows);
    });
    output.note(`\n${nodeCount(replies.size)} online.`);
    return 0;
  });
};
