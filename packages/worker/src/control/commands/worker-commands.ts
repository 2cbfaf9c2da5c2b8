import { escapeForLog } from '@celeriac/protocol';
import { failed, NO_REPLY, ok, type PanelCommand } from '../command-code.ts';
import { CommandError } from '../command-error.ts';

const MOST_SLOTS = 10_000;

/** `shutdown`: warm. As Celery's workers, it does not reply. */
export const shutdown: PanelCommand = (panel, args) => {
  panel.shutDown(escapeForLog((args['msg'] as string | undefined) ?? 'Got shutdown from remote', 500));
  return NO_REPLY;
};

/** `pool_grow` */
export const poolGrow: PanelCommand = async (panel, args) => {
  const count = countOf(args['n'] ?? 1);
  if (panel.autoscaler !== undefined) return notWithAutoscale('pool_grow');
  await panel.pool.grow(count);
  return ok('pool will grow');
};

/** `pool_shrink` */
export const poolShrink: PanelCommand = async (panel, args) => {
  const count = countOf(args['n'] ?? 1);
  if (panel.autoscaler !== undefined) return notWithAutoscale('pool_shrink');
  await panel.pool.shrink(count);
  return ok('pool will shrink');
};

/** `pool_restart` */
export const poolRestart: PanelCommand = (panel) => {
  if (!panel.runtime.settings.workerPoolRestarts) throw new CommandError('ValueError', 'Pool restarts not enabled');
  // Processes go when their tasks have ended: nobody waits for that.
  Promise.resolve(panel.pool.restart()).catch((error: unknown) => {
    panel.runtime.logger.error('The pool could not be restarted', { error });
  });
  return ok('reload started');
};

/** `autoscale` */
export const autoscale: PanelCommand = ({ autoscaler }, args) => {
  if (autoscaler === undefined) throw new CommandError('ValueError', 'Autoscale not enabled');
  const [most, least] = [args['max'] as number | undefined, args['min'] as number | undefined];
  if (most !== undefined) countOf(most);
  if (least !== undefined && (least < 0 || least > MOST_SLOTS)) countOf(least);
  const { max, min } = autoscaler.update(most, least);
  return ok(`autoscale now max=${max} min=${min}`);
};

/** `enable_events` */
export const enableEvents: PanelCommand = ({ events }) =>
  ok(events.enableTaskEvents() ? 'task events enabled' : 'task events already enabled');

/** `disable_events` */
export const disableEvents: PanelCommand = ({ events }) =>
  ok(events.disableTaskEvents() ? 'task events disabled' : 'task events already disabled');

/** `heartbeat` */
export const heartbeat: PanelCommand = ({ events }) => events.heartbeat();

/** `election`: nothing happens on a worker without gossip. */
export const election: PanelCommand = ({ gossip }, args) => {
  gossip?.election(args['id'] as string, args['topic'] as string, args['action'] ?? null);
};

function countOf(value: unknown): number {
  const count = value as number;
  if (count >= 1 && count <= MOST_SLOTS) return count;
  throw new CommandError('ValueError', `must be a number of slots from 1 to ${MOST_SLOTS}, not ${count}`);
}

function notWithAutoscale(command: string): { readonly error: string } {
  return failed(`${command} is not supported with autoscale. Adjust autoscale range instead.`);
}
