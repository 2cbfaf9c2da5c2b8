import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canvasCases } from './cases/canvas-cases.ts';
import { controlCases } from './cases/control-cases.ts';
import { deliveryCases } from './cases/delivery-cases.ts';
import { errorCases } from './cases/error-cases.ts';
import { timingCases } from './cases/timing-cases.ts';
import { valueCases } from './cases/value-cases.ts';
import { workflowCases } from './cases/workflow-cases.ts';
import { unexpectedErrors } from './expected-log.ts';
import type { CeleryRelease } from './newest-celery.ts';
import { DIRECTIONS, type InteropCase, Scene } from './scene.ts';
import { Setup, type Stack } from './setup.ts';

const CASES: readonly InteropCase[] = [
  ...valueCases,
  ...errorCases,
  ...timingCases,
  ...deliveryCases,
  ...workflowCases,
  ...canvasCases,
  ...controlCases,
];

type PoolKind = 'async' | 'prefork';

/** A stack as a test file names it, or why its servers are not there. */
export type StackOrSkip = Stack | { readonly name: string; readonly skipped: string };

/**
 * Runs every case in both directions over a stack, with every Celery that is there.
 * @param pools - of the Celeriac worker beside each of them
 */
export function describeInterop(
  stack: StackOrSkip,
  pools: { readonly [label in CeleryRelease['label']]: PoolKind } = { Debian: 'async', newest: 'async' },
): void {
  const releases = JSON.parse(process.env['INTEROP_RELEASES'] ?? '[]') as readonly CeleryRelease[];
  for (const release of releases) {
    const skipped = 'skipped' in stack ? stack.skipped : release.skipped;
    const name = `${stack.name}, ${release.label} Celery ${release.version ?? ''}`.trim();
    if (skipped !== undefined || 'skipped' in stack) it(`${name}: ${skipped}`, (context) => context.skip(skipped));
    else describeSetup(name, stack, release, pools[release.label]);
  }
}

function describeSetup(name: string, stack: Stack, release: CeleryRelease, pool: PoolKind): void {
  describe(`${name}, ${pool} pool`, () => {
    let setup: Setup;
    beforeAll(async () => {
      setup = await Setup.start({ stack, release, pool });
    });
    afterAll(() => setup?.stop());

    for (const direction of DIRECTIONS) {
      describe(direction, () => {
        for (const row of CASES.filter(({ only = direction }) => only === direction)) {
          it(row.name, async (context) => {
            const scene = new Scene(setup, direction);
            const reason = row.except?.(scene);
            if (reason !== undefined) return context.skip(reason);
            await row.run(scene);
          });
        }
      });
    }

    it('the Python worker lived through it all and logged no other errors', () => {
      expect(setup.pythonWorker.isAlive).toBe(true);
      expect(setup.pythonWorker.output.match(/ ready\.$/gm)).toHaveLength(1);
      expect(unexpectedErrors(setup.pythonWorker.output)).toEqual([]);
    });
    it('so did the Celeriac worker', () => {
      expect(setup.celeriacWorker.isAlive).toBe(true);
    });
  });
}
