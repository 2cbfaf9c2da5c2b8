import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { Celeriac } from './celeriac.ts';
import { findTaskModules } from './find-task-modules.ts';
import { loadModule } from './load-module.ts';

const root = mkdtempSync(join(tmpdir(), 'celeriac-tasks-'));
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(root, 'app-'));
  write('package.json', '{"type": "module"}');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, source: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), source);
}

describe('finding task modules', () => {
  test('by folder, by any one folder, by any number of folders', () => {
    for (const path of ['a/tasks.ts', 'b/tasks/index.js', 'b/inner/tasks.mjs', 'node_modules/x/tasks.js', 'c/other.ts'])
      write(path, '');
    const find = (...patterns: string[]) =>
      findTaskModules(patterns, 'tasks', folder).map((path) => relative(folder, path));
    expect(find('a')).toEqual(['a/tasks.ts']);
    expect(find('./a', 'a')).toEqual(['a/tasks.ts']);
    expect(find('*')).toEqual(['a/tasks.ts', 'b/tasks/index.js']);
    expect(find('**')).toEqual(['a/tasks.ts', 'b/inner/tasks.mjs', 'b/tasks/index.js']);
    expect(find('nowhere', 'c')).toEqual([]);
    expect(findTaskModules(['c'], 'other', folder)).toHaveLength(1);
  });
});

describe('loading modules', () => {
  test('imports come first, then include, then what was discovered', async () => {
    const order: string[] = [];
    (globalThis as { loadOrder?: string[] }).loadOrder = order;
    write('first.mjs', 'globalThis.loadOrder.push("imports");');
    write('second.ts', 'const name: string = "include"; globalThis.loadOrder.push(name);');
    write('feature/tasks.mjs', 'globalThis.loadOrder.push("discovered");');
    const app = new Celeriac('x', {
      applicationFolder: folder,
      environment: {},
      imports: ['./first.mjs'],
      include: ['./second.ts'],
    });
    await app.autodiscoverTasks(['feature']).loadTasks();
    expect(order).toEqual(['imports', 'include', 'discovered']);
  });

  test.each([
    ['./missing.mjs', undefined, /cannot be loaded/],
    ['no-such-package', undefined, /there is no such package/],
    ['./throws.mjs', 'throw new RangeError("bad\\nline");', /RangeError: bad\\nline/],
    ['./syntax.mjs', 'const = 1;', /cannot be loaded/],
  ])('%s is an error that names the module and the reason', async (name, source, reason) => {
    if (source !== undefined) write(name, source);
    await expect(loadModule(name, folder)).rejects.toMatchObject({
      code: 'CLR_MODULE_LOAD',
      module: name,
      message: expect.stringMatching(reason),
    });
  });

  test('a bad annotation is found when tasks are loaded', async () => {
    const app = new Celeriac('x', {
      applicationFolder: folder,
      environment: {},
      taskAnnotations: { x: { rateLimti: '1/s' } as never },
    });
    app.task('x', () => 1);
    await expect(app.loadTasks()).rejects.toMatchObject({ code: 'CLR_CONFIGURATION', hint: 'Did you mean rateLimit?' });
  });
});
