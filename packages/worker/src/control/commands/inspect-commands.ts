import {
  coreVersion,
  type RegisteredTask,
  type RequestInfo,
  reportText,
  revokedSeconds,
  settingsView,
} from '@celeriac/core/internal';
import { decodeRevoked, emptyRecord, escapeForLog, type PlainRecord, pythonRepr } from '@celeriac/protocol';
import type { ReceivedTask } from '../../request/received-task.ts';
import { textsOf } from '../command-arguments.ts';
import { ok, type PanelCommand } from '../command-code.ts';
import type { ControlPanel } from '../control-panel.ts';
import { monotonicSeconds } from '../monotonic-seconds.ts';
import { nodeStats } from '../node-stats.ts';
import { queueInfo } from '../queue-info.ts';
import { requestInfo, scheduledInfo } from '../request-info.ts';

/** Options of tasks that `registered` shows unasked. @see celery/worker/control.py DEFAULT_TASK_INFO_ITEMS */
const SHOWN_OPTIONS: readonly string[] = ['exchange', 'routing_key', 'rate_limit'];

/** `ping` */
export const ping: PanelCommand = () => ok('pong');

/** `clock` */
export const clock: PanelCommand = ({ runtime }) => ({ clock: runtime.lamport.value });

/** `report` */
export const report: PanelCommand = ({ runtime }) =>
  ok(
    reportText({
      app: runtime.name,
      version: coreVersion(),
      node: process.version,
      platform: `${process.platform} ${process.arch}`,
      settings: runtime.settings,
      tasks: runtime.tasks.names(),
    }),
  );

/** `conf` */
export const conf: PanelCommand = ({ runtime }, args) => settingsView(runtime.settings, args['with_defaults'] === true);

/** `stats` */
export const stats: PanelCommand = (panel) => nodeStats(panel);

/** `active` */
export const active: PanelCommand = (panel, args) =>
  panel.tasks.activeTasks.map((received) => infoOf(panel, received, args['safe'] === true));

/** `reserved` */
export const reserved: PanelCommand = (panel, args) =>
  panel.tasks.reservedTasks.map((received) => infoOf(panel, received, args['safe'] === true));

/** `scheduled`: earliest first. */
export const scheduled: PanelCommand = ({ tasks, hostname, runtime }) =>
  Array.from(tasks.scheduledTasks(), (received) => scheduledInfo(received, hostname, runtime));

/** `revoked` */
export const revoked: PanelCommand = ({ tasks }) => [...tasks.revokedIds.keys()];

/** `query_task` */
export const queryTask: PanelCommand = (panel, args) => {
  const ids = new Set(textsOf('query_task', 'ids', args['ids']));
  const { activeTasks, reservedTasks } = panel.tasks;
  const found = emptyRecord();
  const places = [
    ['ready', [...ids].flatMap((id) => panel.tasks.scheduledTasksOf(id))],
    ['reserved', reservedTasks],
    ['active', activeTasks],
  ] as const;
  for (const [place, tasks] of places) {
    for (const received of tasks) if (ids.has(received.id)) found[received.id] = [place, infoOf(panel, received)];
  }
  return found;
};

/** `active_queues` */
export const activeQueues: PanelCommand = ({ queues }) =>
  queues.active.map(({ name, queue }) => queueInfo(name, queue));

/** `registered` */
export const registered: PanelCommand = ({ runtime }, args) => {
  const asked = textsOf('registered', 'taskinfoitems', args['taskinfoitems']);
  const shown = asked.length === 0 ? SHOWN_OPTIONS : asked;
  return runtime.tasks.names(args['builtins'] === true).map((name) => {
    const options = optionTexts(runtime.tasks.get(name), shown);
    return options.length === 0 ? name : `${name} [${options.join(' ')}]`;
  });
};

/** `hello`: what the other one has revoked is revoked here, and it learns the same of this worker. Null for this worker itself. */
export const hello: PanelCommand = ({ hostname, runtime, tasks }, args) => {
  const from = args['from_node'] as string;
  if (from === hostname) return null;
  runtime.logger.info(`sync with ${escapeForLog(from, 255)}`);
  const theirs = decodeRevoked(args['revoked']);
  if (theirs.size > 0) tasks.revoke([...theirs.keys()]);
  return {
    revoked: revokedSeconds(monotonicSeconds(tasks.revokedIds, runtime.clock.monotonic())),
    clock: runtime.lamport.forward(),
  };
};

function infoOf({ hostname, runtime }: ControlPanel, received: ReceivedTask, safe = false): RequestInfo {
  return requestInfo(received, hostname, runtime, safe);
}

/** Options by Celery's names, as Python prints them; those that are not set are left out. */
function optionTexts(task: RegisteredTask | undefined, names: readonly string[]): readonly string[] {
  const options = (task?.options ?? {}) as PlainRecord;
  return names.flatMap((name) => {
    const ours = name.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
    const value = Object.hasOwn(options, ours) ? options[ours] : undefined;
    if (value === undefined || value === null || typeof value === 'function') return [];
    return [`${name}=${typeof value === 'string' ? value : pythonRepr(value, 100)}`];
  });
}
