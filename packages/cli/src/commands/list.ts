import { escapeForLog } from '@celeriac/protocol';
import type { CommandCode } from '../definitions/define.ts';
import { type OpenApp, withApp } from '../open-app.ts';
import type { Output } from '../output.ts';
import { queueLengths } from '../queue-lengths.ts';
import { queueViews } from '../queue-view.ts';
import { formatTable } from '../table.ts';
import { type TaskView, taskView } from '../task-view.ts';

/** `celeriac list`. */
export const listCommand: CommandCode = async ({ globals, output }, [, what = '']) => {
  return withApp(globals, async (open) => {
    await open.runtime.loadTasks();
    if (what === 'tasks') listTasks(open, output);
    else if (what === 'queues') await listQueues(open, output);
    else listBindings(open, output);
    return 0;
  });
};

function listTasks({ runtime }: OpenApp, output: Output): void {
  const views = runtime.tasks
    .names()
    .toSorted()
    .map((name) => taskView(runtime.tasks.get(name)!));
  output.data(views, () =>
    views.length === 0
      ? 'The app has no tasks.'
      : formatTable([{ title: 'TASK' }, { title: 'PARAMETERS' }, { title: 'OPTIONS' }], views.map(taskRow)),
  );
}

function taskRow({ name, parameters, options }: TaskView): readonly string[] {
  const shown = Object.entries(options).map(([key, value]) => (value === true ? key : `${key}=${String(value)}`));
  return [escapeForLog(name, 200), parameters === null ? '?' : parameters.join(', '), shown.join(' ')];
}

async function listQueues({ runtime }: OpenApp, output: Output): Promise<void> {
  const { names, topology } = runtime.queues();
  const lengths = await runtime.writer().run((transport) => queueLengths(transport, names));
  const rows = names.map((name) => ({
    name,
    messages: lengths.get(name) ?? null,
    bindings: queueViews([name], topology).map(({ exchange, routingKey }) => ({ exchange, routingKey })),
  }));
  output.data(rows, () =>
    formatTable(
      [{ title: 'QUEUE' }, { title: 'MESSAGES', align: 'right' }],
      rows.map(({ name, messages }) => [escapeForLog(name, 255), messages === null ? '-' : String(messages)]),
    ),
  );
}

function listBindings({ runtime }: OpenApp, output: Output): void {
  const { names, topology } = runtime.queues();
  const views = queueViews(names, topology);
  output.data(views, () =>
    formatTable(
      [{ title: 'QUEUE' }, { title: 'EXCHANGE' }, { title: 'TYPE' }, { title: 'ROUTING KEY' }],
      views.map((view) => [view.name, view.exchange || '(default)', view.exchangeType, view.routingKey]),
    ),
  );
}
