import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** When a silent run counts as stalled, and where the report goes that says so. */
export interface StallLimits {
  /** Silence allowed beyond the longest timeout of the tests that are running. */
  readonly graceMs: number;
  /** Silence allowed while no test is running: loading files, hooks. */
  readonly idleMs: number;
  readonly reportFile: string;
}

/**
 * Ends a run whose tests block their thread: a timeout cannot fire in an endless loop, so vitest would wait for ever. It
 * names the files that were running, or the tests if their thread could still tell, and writes them into the JSON report
 * as failures. Vitest's watchdog ends the workers.
 */
export class StallReporter implements Reporter {
  readonly #limits: StallLimits;
  readonly #modules = new Set<string>();
  readonly #tests = new Map<string, TestCase>();
  #timer: NodeJS.Timeout | undefined;
  #lastEventMs = 0;

  constructor(limits: StallLimits) {
    this.#limits = limits;
  }

  onTestRunStart(): void {
    this.#note();
    this.#timer = setInterval(() => this.#check(), Math.min(this.#limits.graceMs, 5_000)).unref();
  }

  onTestModuleQueued(module: TestModule): void {
    this.#modules.add(module.moduleId);
    this.#note();
  }

  onTestModuleEnd(module: TestModule): void {
    this.#modules.delete(module.moduleId);
    this.#note();
  }

  onTestCaseReady(test: TestCase): void {
    this.#tests.set(test.id, test);
    this.#note();
  }

  onTestCaseResult(test: TestCase): void {
    this.#tests.delete(test.id);
    this.#note();
  }

  onTestRunEnd(): void {
    clearInterval(this.#timer);
  }

  #note(): void {
    this.#lastEventMs = performance.now();
  }

  #check(): void {
    const tests = [...this.#tests.values()];
    const timeouts = tests.map((test) => test.options.timeout ?? 0);
    const limitMs = Math.max(this.#limits.idleMs, ...timeouts) + this.#limits.graceMs;
    if (performance.now() - this.#lastEventMs < limitMs) return;
    const files = [...this.#modules].map((path) => relative(process.cwd(), path));
    const names = tests.length > 0 ? tests.map((test) => test.fullName) : files;
    console.error(`No sign of life for ${limitMs / 1000} s, so the run ends here. It was in: ${names.join(', ')}`);
    this.#report(names);
    process.exit(1);
  }

  #report(names: readonly string[]): void {
    const assertionResults = names.map((name) => ({ status: 'failed', fullName: `${name} (blocks its thread)` }));
    mkdirSync(dirname(this.#limits.reportFile), { recursive: true });
    const testResults = [{ name: 'stalled', status: 'failed', assertionResults }];
    writeFileSync(this.#limits.reportFile, JSON.stringify({ success: false, testResults }));
  }
}
