import { afterAll, beforeAll, expect, it } from 'vitest';
import { CliStage } from './cli-stage.fixture.ts';
import { importPackage, packageFolders } from './import-package.ts';

let stage: CliStage;

beforeAll(() => {
  stage = new CliStage(false);
  stage.write('node_modules/beside/package.json', '{"type": "module", "exports": "./main.js"}');
  stage.write('node_modules/beside/main.js', 'export const here = 1;');
});
afterAll(() => stage.close());

it('finds what is installed beside the app', async () => {
  expect(await importPackage('beside', packageFolders('/', `${stage.folder}/src/app.ts`))).toMatchObject({ here: 1 });
});

it('falls back to what is installed beside the command', async () => {
  expect(await importPackage('commander', [stage.folder])).toHaveProperty('Command');
});

it('says when a package is nowhere', async () => {
  expect(await importPackage('@celeriac/no-such-package', [stage.folder])).toBeUndefined();
});
