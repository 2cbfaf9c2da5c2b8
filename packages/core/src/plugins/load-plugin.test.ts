import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { applicationFolder } from './application-folder.ts';
import { installCommand } from './install-command.ts';
import { loadBackend, loadTransport } from './load-plugin.ts';
import { knownSchemes, packageFor, packageInScheme } from './scheme-table.ts';

const root = mkdtempSync(join(tmpdir(), 'celeriac-plugins-'));
const core = fileURLToPath(new URL('../..', import.meta.url));
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(root, 'app-'));
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function install(name: string, source: string): void {
  const target = join(folder, 'node_modules', name);
  mkdirSync(target, { recursive: true });
  const manifest = { name, type: 'module', exports: { '.': { types: './index.d.ts', default: './index.js' } } };
  writeFileSync(join(target, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(target, 'index.js'), source);
}

describe('the package of a URL', () => {
  test.each([
    ['redis', '@celeriac/transport-redis'],
    ['pyamqp', '@celeriac/transport-amqp'],
    ['sqla+postgresql', '@celeriac/transport-sql'],
    ['sqlite', '@celeriac/transport-sql'],
    ['postgresql', '@celeriac/transport-sql'],
    ['postgres', '@celeriac/transport-sql'],
    ['mysql+pymysql', '@celeriac/transport-sql'],
    ['mariadb', '@celeriac/transport-sql'],
    ['nope', undefined],
    ['__proto__', undefined],
  ])('of broker scheme %s is %s', (scheme, name) => {
    expect(packageFor('broker', scheme)).toBe(name);
  });

  test.each([
    ['db+sqlite', '@celeriac/backend-sql'],
    ['db+postgresql', '@celeriac/backend-sql'],
    ['db+mysql+pymysql', '@celeriac/backend-sql'],
    ['mariadb', '@celeriac/backend-sql'],
    ['cache+memory', '@celeriac/backend-memory'],
    ['rpc', '@celeriac/backend-rpc'],
    ['amqp', undefined],
  ])('of result store scheme %s is %s', (scheme, name) => {
    expect(packageFor('result store', scheme)).toBe(name);
  });

  test('may be given by the scheme itself', () => {
    expect(packageInScheme('@acme/queue+tcp://host')).toBe('@acme/queue');
    expect(packageInScheme('@acme/queue://host')).toBe('@acme/queue');
    expect(packageInScheme('redis://@acme/queue')).toBeUndefined();
    expect(packageInScheme('@../evil+x://host')).toBeUndefined();
    expect(knownSchemes('broker')).toContain('memory');
  });
});

describe('loading', () => {
  test("a workspace's own packages are found from the application's folder", () => {
    expect(loadTransport('memory://', undefined, core).schemes).toContain('memory');
    expect(loadBackend('cache+memory://', undefined, core).schemes).toContain('cache+memory');
  });

  test("an outsider's package is found by scheme or by name", () => {
    install('@acme/queue', 'export const transport = { schemes: ["acme"], create() {} };');
    expect(loadTransport('@acme/queue+tcp://host', undefined, folder).schemes).toEqual(['acme']);
    expect(loadTransport('any://host', '@acme/queue', folder).schemes).toEqual(['acme']);
  });

  test('a plugin itself is taken as it is', () => {
    const plugin = { schemes: ['x'], create: () => ({}) as never };
    expect(loadTransport('x://', plugin, folder)).toBe(plugin);
  });

  test('a missing package is an error with the command that installs it, and no secret', () => {
    writeFileSync(join(folder, 'pnpm-lock.yaml'), '');
    let error: unknown;
    try {
      loadTransport('redis://user:s3cret@host', '@acme/absent-queue', folder);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({
      code: 'CLR_TRANSPORT_NOT_INSTALLED',
      packageName: '@acme/absent-queue',
      hint: 'Run: pnpm add @acme/absent-queue',
    });
    expect(String(error)).not.toContain('s3cret');
    expect(() => loadBackend('redis://', '@acme/absent-store', folder)).toThrow(
      expect.objectContaining({ code: 'CLR_BACKEND_NOT_INSTALLED', packageName: '@acme/absent-store' }),
    );
  });

  test.each([
    ['export const nothing = 1;', 'exports no "transport"'],
    ['throw new Error("broken inside");', 'broken inside'],
    ['import "not-there";', 'not-there'],
  ])('a package with %s cannot be loaded, and says why', (source, reason) => {
    install('@acme/bad', source);
    expect(() => loadTransport('@acme/bad://x', undefined, folder)).toThrow(
      expect.objectContaining({
        code: 'CLR_PLUGIN_LOAD',
        packageName: '@acme/bad',
        message: expect.stringContaining(reason),
      }),
    );
  });
});

test.each([
  ['pnpm-lock.yaml', 'pnpm add x'],
  ['yarn.lock', 'yarn add x'],
  ['package-lock.json', 'npm install x'],
  [undefined, 'npm install x'],
])('with %s the command is "%s"', (file, command) => {
  const inner = join(folder, 'packages', 'inner');
  mkdirSync(inner, { recursive: true });
  if (file !== undefined) writeFileSync(join(folder, file), '');
  expect(installCommand('x', inner)).toBe(command);
});

describe("the application's folder", () => {
  test('is that of the manifest above the program', () => {
    const inner = join(folder, 'src', 'deep');
    mkdirSync(inner, { recursive: true });
    writeFileSync(join(inner, 'main.js'), '');
    expect(applicationFolder(undefined, join(inner, 'main.js'), '/')).toBe(folder);
  });

  test('is that of the manifest above the module that made the app, wherever the program is', () => {
    mkdirSync(join(folder, 'src'), { recursive: true });
    writeFileSync(join(folder, 'src', 'app.js'), '');
    expect(applicationFolder(join(folder, 'src', 'app.js'), process.argv[1], '/')).toBe(folder);
  });

  test('is that of the working directory for a program that was installed, or that is none', () => {
    install('tool', '');
    expect(applicationFolder(undefined, join(folder, 'node_modules', 'tool', 'index.js'), folder)).toBe(folder);
    expect(applicationFolder(undefined, undefined, join(folder, 'src'))).toBe(folder);
    expect(applicationFolder(undefined, '/not/there.js', folder)).toBe(folder);
  });
});
