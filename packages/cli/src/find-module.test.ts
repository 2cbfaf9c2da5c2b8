import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CliStage } from './cli-stage.fixture.ts';
import { findModule } from './find-module.ts';

let stage: CliStage;

beforeAll(() => {
  stage = new CliStage(false);
  for (const file of ['tasks.ts', 'proj/celery.ts', 'proj/tasks.js', 'both.ts', 'both.js']) stage.write(file, '');
  stage.write('node_modules/packaged/package.json', '{"main": "main.js"}');
  stage.write('node_modules/packaged/main.js', '');
});
afterAll(() => stage.close());

it.each([
  ['tasks', 'tasks.ts'],
  ['./tasks', 'tasks.ts'],
  ['./tasks.ts', 'tasks.ts'],
  ['proj', 'proj/celery.ts'],
  ['proj.tasks', 'proj/tasks.js'],
  ['both', 'both.ts'],
  ['packaged', 'node_modules/packaged/main.js'],
])('%s is %s', (module, file) => {
  expect(findModule(module, stage.folder)).toEqual({ file: join(stage.folder, file) });
});

it.each(['nope', './nope', 'nope.ts', 'proj.nope', 'node_modules'])(
  '%s is not there, and it says where it looked',
  (module) => {
    const found = findModule(module, stage.folder);
    expect('lookedFor' in found && found.lookedFor).toContain(join(stage.folder, module));
  },
);
