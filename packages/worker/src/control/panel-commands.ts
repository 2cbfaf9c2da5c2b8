import type { BuiltinCommand } from '@celeriac/core/internal';
import type { PanelCommand } from './command-code.ts';
import * as inspection from './commands/inspect-commands.ts';
import * as memory from './commands/memory-commands.ts';
import * as queues from './commands/queue-commands.ts';
import * as tasks from './commands/task-commands.ts';
import * as worker from './commands/worker-commands.ts';

/** The code of the commands that every worker has. */
export const panelCommands: { readonly [Name in BuiltinCommand]: PanelCommand } = {
  report: inspection.report,
  conf: inspection.conf,
  query_task: inspection.queryTask,
  clock: inspection.clock,
  hello: inspection.hello,
  ping: inspection.ping,
  stats: inspection.stats,
  scheduled: inspection.scheduled,
  reserved: inspection.reserved,
  active: inspection.active,
  revoked: inspection.revoked,
  registered: inspection.registered,
  active_queues: inspection.activeQueues,
  memsample: memory.memsample,
  memdump: memory.memdump,
  objgraph: memory.objgraph,
  revoke: tasks.revoke,
  revoke_by_stamped_headers: tasks.revokeByStampedHeaders,
  terminate: tasks.terminate,
  rate_limit: tasks.rateLimit,
  time_limit: tasks.timeLimit,
  election: worker.election,
  enable_events: worker.enableEvents,
  disable_events: worker.disableEvents,
  heartbeat: worker.heartbeat,
  pool_grow: worker.poolGrow,
  pool_shrink: worker.poolShrink,
  pool_restart: worker.poolRestart,
  autoscale: worker.autoscale,
  shutdown: worker.shutdown,
  add_consumer: queues.addConsumer,
  cancel_consumer: queues.cancelConsumer,
};
