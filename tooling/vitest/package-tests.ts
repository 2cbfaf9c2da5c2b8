import { fileURLToPath } from 'node:url';
import { defineConfig, type ViteUserConfig } from 'vitest/config';
import { StallReporter } from './stall-reporter.ts';

const conditions = ['@celeriac/source'];
const reportFile = '.reports/tests.json';
const servicesSetup = fileURLToPath(new URL('services-setup.ts', import.meta.url));

/**
 * The vitest settings of every package: tests run from source through the `@celeriac/source` condition, two files at a
 * time at most (many of them start processes of their own), and leave a JSON report that `tooling/test` adds up.
 * @param include - where the tests stand, if not below src/ and test/
 */
export function packageTests(include: string[] = ['src/**/*.test.ts', 'test/**/*.test.ts']): ViteUserConfig {
  return defineConfig({
    resolve: { conditions },
    ssr: { resolve: { conditions } },
    test: {
      include,
      globalSetup: [servicesSetup],
      exclude: ['**/node_modules/**', '**/dist/**', '**/fixtures/**'],
      // A package without tests passes here; tooling/test names it in the summary.
      passWithNoTests: true,
      reporters: [
        'default',
        ['json', { outputFile: reportFile }],
        new StallReporter({ graceMs: 30_000, idleMs: 60_000, reportFile }),
      ],
      testTimeout: 30_000,
      hookTimeout: 60_000,
      maxWorkers: 2,
      execArgv: ['--conditions=@celeriac/source'],
    },
  });
}
