import { CliStage } from './cli-stage.fixture.ts';

/** An app on SQLite files in its own folder. */
const TASKS = `
import { Celeriac } from '@celeriac/core';

export const app: Celeriac = new Celeriac('proj', {
  broker: 'sqlite:///broker.db',
  backend: 'sqlite:///results.db',
});

export const add = app.task('proj.add', (x: number, y: number): number => x + y);
export const greet = app.task('proj.greet', { queue: 'mail', acksLate: true, parameters: ['name'] }, (name: string): string => \`Hello \${name}\`);
export const fail = app.task('proj.fail', (): never => {
  throw new TypeError('bad luck');
});
`;

/** A stage with the app in `tasks.ts`. */
export function projectStage(): CliStage {
  const stage = new CliStage();
  stage.write('package.json', '{"type": "module"}');
  stage.write('tasks.ts', TASKS);
  return stage;
}

/** Names the app of the stage. */
export const APP = ['-A', 'tasks.ts'] as const;
