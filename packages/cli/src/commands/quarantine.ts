import { escapeForLog } from '@celeriac/protocol';
import type { QuarantinedMessage, QuarantineSelection } from '@celeriac/worker';
import { CommandFailedError, UsageError } from '../cli-error.ts';
import type { CommandCode, ParsedOptions } from '../definitions/define.ts';
import { packageFolders } from '../import-package.ts';
import { withApp } from '../open-app.ts';
import { parseIntegerOption, parseListOption } from '../option-values.ts';
import type { Output } from '../output.ts';
import { messages } from '../purge-queues.ts';
import { formatTable } from '../table.ts';
import { workerPackage } from '../worker-package.ts';

/** Characters of a payload that the list shows. */
const EXCERPT = 60;

/** `celeriac quarantine list`, `requeue` and `drop`. */
export const quarantineCommand: CommandCode = async ({ globals, output }, [action = '', ...ids], options) => {
  const selection = readSelection(ids, options);
  if (action !== 'list' && Object.keys(selection).length === 0 && options['all'] !== true) {
    throw new UsageError('ids', `Which messages to ${action}? Give their ids, or --all.`, {
      hint: 'celeriac -A … quarantine list shows the ids.',
    });
  }
  return withApp(globals, async ({ app, file }) => {
    const { listQuarantine, requeueQuarantine, dropQuarantine } = await workerPackage(
      'quarantine',
      packageFolders(globals.workdir, file),
    );
    if (action === 'list') {
      showList(await listQuarantine(app, selection), output);
      return 0;
    }
    const change = action === 'requeue' ? requeueQuarantine : dropQuarantine;
    const { done, left } = await change(app, selection);
    if (done < ids.length) {
      throw new CommandFailedError('quarantine', `Found ${done} of ${messages(ids.length)} to ${action}.`);
    }
    const verb = action === 'requeue' ? 'Requeued' : 'Dropped';
    output.data(
      { done, left },
      () => `${verb} ${messages(done)}.${left > 0 ? ` Left ${left} of unknown origin.` : ''}`,
    );
    return 0;
  });
};

function readSelection(ids: readonly string[], options: ParsedOptions): QuarantineSelection {
  const { codes, queues, limit } = options;
  return {
    ...(ids.length > 0 && { ids }),
    ...(typeof codes === 'string' && { codes: parseListOption(codes) }),
    ...(typeof queues === 'string' && { queues: parseListOption(queues) }),
    ...(typeof limit === 'string' && { limit: parseIntegerOption('--limit', limit, 1, 1_000_000) }),
  };
}

function showList(list: readonly QuarantinedMessage[], output: Output): void {
  const views = list.map(({ id, task, time, queue, code, reason, contentType, body }) => {
    const excerpt = Buffer.from(body.subarray(0, EXCERPT * 4)).toString('utf8');
    return { id: id ?? null, task: task ?? null, time, queue, code, reason, contentType, bytes: body.length, excerpt };
  });
  output.data(views, () =>
    views.length === 0
      ? 'Nothing is in quarantine.'
      : formatTable(
          [{ title: 'ID' }, { title: 'TIME' }, { title: 'QUEUE' }, { title: 'CODE' }, { title: 'PAYLOAD' }],
          views.map(({ id, time, queue, code, excerpt }) => [
            escapeForLog(id ?? '-', 64),
            escapeForLog(time.slice(0, 19), 19),
            escapeForLog(queue, 40),
            escapeForLog(code, 40),
            escapeForLog(excerpt, EXCERPT),
          ]),
        ),
  );
}
