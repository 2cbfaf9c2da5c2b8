import { type Stage, taskMessage } from './stage.ts';

/** A task that starts, says so, and ends when it is let go. */
export function gatedTask(stage: Stage, options: object = {}): { started: string[]; open: () => void } {
  const gate = Promise.withResolvers<void>();
  const started: string[] = [];
  stage.app.task('gate.task', { bind: true, ...options }, async (context) => {
    started.push(context.request.id);
    await gate.promise;
    return 'done';
  });
  return { started, open: gate.resolve };
}

/** Sends gated tasks by id. */
export const send = async (stage: Stage, ids: readonly string[], headers: object = {}): Promise<void> => {
  for (const id of ids) await stage.publish(taskMessage('gate.task', { headers: { id, ...headers } }));
};

/** Messages that wait in the default queue. */
export const waiting = async (stage: Stage): Promise<number> => (await stage.connect()).size('celery');
