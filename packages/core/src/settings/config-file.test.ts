import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { Celeriac } from '../app/celeriac.ts';
import { readConfigFile } from './config-file.ts';

const root = mkdtempSync(join(tmpdir(), 'celeriac-config-'));
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(root, 'app-'));
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

test('a folder without a file has no settings', () => {
  expect(readConfigFile(folder)).toBeUndefined();
});

test('the default export of celeriac.config.ts gives settings', () => {
  writeFileSync(
    join(folder, 'celeriac.config.ts'),
    'const late: boolean = true;\nexport default { taskAcksLate: late, broker: "memory://" };\n',
  );
  const file = readConfigFile(folder);
  expect(file?.origin).toBe('celeriac.config.ts');
  expect(Object.fromEntries(file?.values ?? [])).toEqual({ taskAcksLate: true, brokerUrl: 'memory://' });
});

test('code wins over the file, the file over the environment', () => {
  writeFileSync(
    join(folder, 'celeriac.config.mjs'),
    'export default { task_default_queue: "file", task_track_started: true };\n',
  );
  const environment = {
    CELERIAC_TASK_TRACK_STARTED: 'false',
    CELERIAC_TASK_ACKS_LATE: 'true',
    CELERIAC_TASK_DEFAULT_QUEUE: 'environment',
  };
  const app = new Celeriac('x', { applicationFolder: folder, environment, taskDefaultQueue: 'code' });
  expect(app.settings).toMatchObject({ taskDefaultQueue: 'code', taskTrackStarted: true, taskAcksLate: true });
});

test('nothing is read before the settings are looked at', () => {
  writeFileSync(join(folder, 'celeriac.config.mjs'), 'throw new Error("read too early");\n');
  const app = new Celeriac('x', { applicationFolder: folder, environment: {} });
  app.task('t', () => 1);
  expect(() => app.settings).toThrow(
    expect.objectContaining({ code: 'CLR_CONFIGURATION', message: expect.stringContaining('read too early') }),
  );
});

test.each([
  ['export default 42;', 'must export'],
  ['export default { taks_acks_late: true };', 'is no setting'],
  ['export default {', 'cannot be loaded'],
])('%s is refused with the name of the file', (source, problem) => {
  writeFileSync(join(folder, 'celeriac.config.mjs'), source);
  expect(() => readConfigFile(folder)).toThrow(
    expect.objectContaining({ code: 'CLR_CONFIGURATION', message: expect.stringContaining(problem) }),
  );
  expect(() => readConfigFile(folder)).toThrow(/celeriac\.config\.mjs/);
});

test.each(['celeriac.config.ts', 'celeriac.config.mjs'])('%s cannot wait at its top, and the error says so', (name) => {
  writeFileSync(join(folder, name), 'export default await Promise.resolve({ taskAcksLate: true });\n');
  expect(() => readConfigFile(folder)).toThrow(
    expect.objectContaining({
      code: 'CLR_CONFIGURATION',
      key: name,
      message: expect.stringContaining('await'),
      hint: expect.stringContaining('configure'),
    }),
  );
});
