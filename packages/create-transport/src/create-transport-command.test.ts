import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createTransportCommand } from './create-transport-command.ts';
import { scratchFolder } from './scratch-folder.fixture.ts';

function command(...args: string[]): { readonly code: number; readonly out: string; readonly err: string } {
  let [out, err] = ['', ''];
  const code = createTransportCommand(args, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
  });
  return { code, out, err };
}

describe('create-transport', () => {
  it('prints help and version', () => {
    expect(command('--help')).toMatchObject({ code: 0, err: '' });
    expect(command('-h').out).toContain('--folder <path>');
    expect(command('--version').out).toMatch(/^\d+\.\d+\.\d+/);
  });

  it('writes a package and says what comes next', () => {
    using scratch = scratchFolder();
    const folder = join(scratch.path, 'out');
    const { code, out } = command('my-broker', '--folder', folder, '--package', '@acme/my-broker');
    expect([code, out.split('\n')[0]]).toEqual([0, expect.stringMatching(/^@acme\/my-broker: 12 files in /)]);
    expect(readdirSync(folder).sort()).toEqual(
      ['.gitignore', 'README.md', 'package.json', 'src', 'tsconfig.build.json', 'tsconfig.json'].sort(),
    );
    expect(readdirSync(join(folder, 'src')).sort()).toEqual([
      'capabilities.ts',
      'index.ts',
      'my-broker-errors.ts',
      'my-broker-options.ts',
      'my-broker-queue-store.ts',
      'my-broker-transport.conformance.test.ts',
      'my-broker-transport.ts',
    ]);
  });

  it('leaves no blank unfilled and writes a package.json that others can load', () => {
    using scratch = scratchFolder();
    const { code, out } = command('my-broker', '--folder', join(scratch.path, 'out'), '--json');
    const created = JSON.parse(out) as { folder: string; packageName: string; files: string[] };
    expect([code, created.packageName]).toEqual([0, 'celeriac-transport-my-broker']);
    for (const file of created.files) expect(readFileSync(join(created.folder, file), 'utf8')).not.toMatch(/\{\{\w/);
    const manifest = JSON.parse(readFileSync(join(created.folder, 'package.json'), 'utf8')) as {
      exports: { '.': object };
      dependencies: { [name: string]: string };
    };
    expect(manifest.exports['.']).toEqual({ types: './dist/index.d.ts', default: './dist/index.js' });
    expect(manifest.dependencies['@celeriac/transport']).toMatch(/^\^\d/);
  });

  it('takes an empty folder, and refuses one that is not', () => {
    using scratch = scratchFolder();
    const [empty, full, file] = ['empty', 'full', 'file'].map((name) => join(scratch.path, name)) as [
      string,
      string,
      string,
    ];
    mkdirSync(empty);
    mkdirSync(full);
    writeFileSync(join(full, 'mine.txt'), 'mine');
    writeFileSync(file, 'mine');
    expect(command('x', '--folder', empty).code).toBe(0);
    for (const folder of [full, file]) {
      const { code, err } = command('x', '--folder', folder);
      expect([code, err]).toEqual([2, expect.stringContaining('is not empty. Name another one with --folder.')]);
    }
    expect(readdirSync(full)).toEqual(['mine.txt']);
  });

  it.each([
    ['no name', [], 'is missing'],
    ['two names', ['a', 'b'], 'too many'],
    ['a bad name', ['My Broker'], 'such as my-broker.'],
    ['an unknown option', ['a', '--foldr', 'x'], '--foldr'],
    ['an option without its value', ['a', '--folder'], '--folder'],
  ])('answers %s with one line and exit code 2', (_what, args, text) => {
    const { code, out, err } = command(...args);
    expect([code, out, err.trimEnd().split('\n').length]).toEqual([2, '', 1]);
    expect(err).toContain(text);
  });

  it('reports errors as JSON when asked', () => {
    const { code, err } = command('redis', '--json');
    expect([code, JSON.parse(err)]).toEqual([
      2,
      { error: { code: 'CLR_USAGE', message: expect.stringContaining('redis'), hint: expect.any(String) } },
    ]);
  });

  it('writes nothing when the name is refused', () => {
    using scratch = scratchFolder();
    const folder = join(scratch.path, 'never');
    expect(command('Bad', '--folder', folder).code).toBe(2);
    expect(existsSync(folder)).toBe(false);
  });
});
