import { Celeriac, type CeleriacOptions } from '@celeriac/core';

/** A task that tells monitors how far it is. @returns the process that ran it */
export function defineTelling(target: Celeriac): void {
  target.task('tell.progress', { bind: true }, (context, percent: number): number => {
    context.sendEvent('task-progress', { percent });
    return process.pid;
  });
}

/** Only a pool process imports this module as its app; the test says by the environment where its broker is. */
export const app = new Celeriac('telling', {
  configFile: false,
  environment: {},
  ...(JSON.parse(process.env['TELLING_OPTIONS'] ?? '{}') as CeleriacOptions),
});
defineTelling(app);
