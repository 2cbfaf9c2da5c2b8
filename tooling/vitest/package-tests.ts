import { defineConfig, type ViteUserConfig } from 'vitest/config';

const conditions = ['@celeriac/source'];

/**
 * The vitest settings of every package: tests run from source through the `@celeriac/source` condition, in one process
 * at a time (most files start servers or processes of their own), and leave a JSON report that `tooling/test` adds up.
 */
export function packageTests(): ViteUserConfig {
  return defineConfig({
    resolve: { conditions },
    ssr: { resolve: { conditions } },
    test: {
      include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
      reporters: ['default', ['json', { outputFile: '.reports/tests.json' }]],
      testTimeout: 30_000,
      hookTimeout: 60_000,
      maxWorkers: 2,
      execArgv: ['--conditions=@celeriac/source'],
    },
  });
}
