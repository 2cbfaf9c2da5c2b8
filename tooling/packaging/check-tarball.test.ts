import { describe, expect, it } from 'vitest';
import { checkTarball, type Packed } from './check-tarball.ts';
import { consumerOf } from './consumer.ts';

const good: Packed = {
  files: ['package.json', 'README.md', 'LICENSE', 'bin/x.js', 'dist/index.js', 'dist/index.d.ts'],
  manifest: {
    name: '@celeriac/x',
    version: '1.0.0',
    exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' }, './package.json': './package.json' },
    bin: { x: './bin/x.js' },
  },
  sources: ['src/index.ts'],
};

describe('checkTarball', () => {
  it('accepts a complete package', () => {
    expect(checkTarball(good)).toEqual([]);
  });

  it('names promised files that are missing', () => {
    expect(checkTarball({ ...good, files: ['package.json', 'LICENSE', 'dist/index.js'] })).toEqual([
      'README.md is missing',
      'dist/index.d.ts is missing',
      'bin/x.js is missing',
    ]);
  });

  it.each([
    'dist/.tsbuildinfo',
    'dist/a.test.js',
    'src/a.test.ts',
    'dist/a.fixture.js',
    'dist/a.test-d.d.ts',
    '.reports/x.json',
  ])('refuses %s', (file) => {
    const sources = ['src/index.ts', 'src/a.test.ts', 'src/a.fixture.ts'];
    expect(checkTarball({ ...good, sources, files: [...good.files, file] })).toEqual([`${file} must not be published`]);
  });

  it('allows tests and dot files of a template', () => {
    expect(checkTarball({ ...good, files: [...good.files, 'template/src/a.test.ts', 'template/.gitignore'] })).toEqual(
      [],
    );
  });

  it('refuses compiled files whose source is gone', () => {
    expect(checkTarball({ ...good, files: [...good.files, 'dist/old.js'] })).toEqual([
      'dist/old.js has no source any more',
    ]);
  });

  it('refuses modules that stand beside the bundles, and knows what they share', () => {
    const sources = [...good.sources, 'src/a.ts'];
    const files = [...good.files, 'dist/a.d.ts', 'dist/a.js', 'dist/chunks/shared.js'];
    expect(checkTarball({ ...good, sources, files })).toEqual(['dist/a.js is not bundled']);
    const manifest = { ...good.manifest, celeriac: { entries: ['./src/a.ts'] } };
    expect(checkTarball({ ...good, manifest, sources, files })).toEqual([]);
    expect(checkTarball({ ...good, manifest, sources })).toEqual(['dist/a.js is missing']);
  });

  it('refuses ranges and conditions that mean something only in the workspace', () => {
    const manifest = {
      ...good.manifest,
      exports: { '.': { '@celeriac/source': './dist/index.js', default: './dist/index.js' } },
      dependencies: { '@celeriac/y': 'workspace:^' },
    };
    expect(checkTarball({ ...good, manifest })).toHaveLength(2);
  });
});

describe('consumerOf', () => {
  const tarballs = new Map([
    ['@celeriac/x', '/t/x.tgz'],
    ['@celeriac/y', '/t/y.tgz'],
  ]);

  it('takes siblings from tarballs, also those needed only indirectly', () => {
    expect(consumerOf({ '@celeriac/x': 'workspace:^', pg: '^8.0.0' }, tarballs)).toEqual({
      dependencies: { '@celeriac/x': 'file:/t/x.tgz', pg: '^8.0.0' },
      overrides: { '@celeriac/x': 'file:/t/x.tgz', '@celeriac/y': 'file:/t/y.tgz' },
    });
  });

  it('refuses a sibling that was not packed', () => {
    expect(() => consumerOf({ '@celeriac/z': 'workspace:^' }, tarballs)).toThrow('@celeriac/z was not packed');
  });
});
