import { type AppOwner, runtimeOf } from '@celeriac/core/internal';
import type { ControlPanel } from '../../src/control/control-panel.ts';
import { PidboxNode } from '../../src/control/pidbox-node.ts';

/** Nodes that answer commands and do nothing else, on one connection. Resolves when all of them hear. */
export async function lightNodes(app: AppOwner, names: readonly string[]): Promise<{ stop(): Promise<void> }> {
  const runtime = runtimeOf(app);
  const guard = runtime.openReader();
  const transport = await guard.acquire();
  const nodes = names.map((hostname) => new PidboxNode(lightPanel(app, hostname)));
  for (const node of nodes) await node.start(transport, () => {});
  return {
    stop: async () => {
      await Promise.all(nodes.map((node) => node.stop()));
      await guard.stop(1000);
    },
  };
}

/** The panel of a worker without tasks. */
function lightPanel(app: AppOwner, hostname: string): ControlPanel {
  return {
    hostname,
    runtime: runtimeOf(app),
    tasks: {
      activeTasks: [],
      reservedTasks: [],
      scheduledTasks: () => [],
      scheduledTasksOf: () => [],
      revokedIds: new Map(),
      revoke: () => {},
      revokeStamped: () => {},
    },
    queues: { active: [], add: async () => {}, cancel: async () => {} },
    pool: { info: {}, grow: () => {}, shrink: () => {}, restart: () => {}, terminate: () => {} },
    events: { enableTaskEvents: () => false, disableTaskEvents: () => false, heartbeat: () => {} },
    autoscaler: undefined,
    gossip: undefined,
    started: new Map(),
    stepInfo: {},
    prefetchCount: 0,
    uptimeSeconds: 0,
    brokerUrl: '',
    setRateLimit: () => {},
    setTimeLimits: () => {},
    shutDown: () => {},
  };
}
