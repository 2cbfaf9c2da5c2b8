import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const index = new URL('../index.ts', import.meta.url).href;

/** Runs a program that imports the package; what is left open would keep it from ending. */
function run(source: string): string {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--conditions=@celeriac/source', '--input-type=module', '-e', source],
    { encoding: 'utf8', timeout: 20_000, cwd: fileURLToPath(new URL('../..', import.meta.url)) },
  );
  if (status !== 0) throw new Error(stderr);
  return stdout.trim();
}

test('importing the package loads neither what talks to brokers nor what talks to stores', () => {
  const loaded = run(`
    import { registerHooks } from 'node:module';
    const urls = [];
    registerHooks({ load: (url, context, next) => { urls.push(url); return next(url, context); } });
    await import(${JSON.stringify(index)});
    console.log(urls.join('\\n'));
  `).split('\n');
  expect(
    loaded.filter((url) =>
      /packages\/(transport|backend)\/|packages\/protocol\/src\/(?:index|json)|runtime\/runtime\.ts|publish\/publisher\.ts/.test(
        url,
      ),
    ),
  ).toEqual([]);
  // Every module costs a fraction of a millisecond; a new one should be worth it.
  expect(loaded.length).toBeLessThan(106);
});

test('an app with tasks opens nothing: the program ends by itself', () => {
  const resources = run(`
    const { Celeriac } = await import(${JSON.stringify(index)});
    const before = process.getActiveResourcesInfo();
    const app = new Celeriac('x', { broker: 'memory://', backend: 'memory://' });
    app.task('add', (x, y) => x + y);
    app.foreign('other');
    app.result('id');
    console.log(JSON.stringify([before, process.getActiveResourcesInfo()]));
  `);
  const [before, after] = JSON.parse(resources) as [string[], string[]];
  expect(after).toEqual(before);
});
