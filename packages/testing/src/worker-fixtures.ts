import type { SettingsInput } from '@celeriac/core';
import type { AppOwner } from '@celeriac/core/internal';
import { EmbeddedWorker, type EmbeddedWorkerOptions } from './embedded-worker.ts';
import { TestWorker, type TestWorkerOptions } from './test-worker.ts';

type Use<Value> = (value: Value) => Promise<void>;

/** What tests that are made with {@link workerFixtures} may ask for, and may be extended with other values. */
export interface WorkerFixtures<App extends AppOwner> {
  /** What the app of a test is made from; nothing by default. */
  readonly celeryConfig: SettingsInput;
  readonly celeryApp: App;
  readonly celeryWorkerParameters: TestWorkerOptions;
  /** Runs the app's tasks in memory, with a clock to move; made for tests that ask for it, and stopped after them. */
  readonly celeryWorker: TestWorker;
  readonly celeryEmbeddedWorkerParameters: EmbeddedWorkerOptions;
  /** Runs the app's tasks on its own broker. */
  readonly celeryEmbeddedWorker: EmbeddedWorker;
}

/** The values and functions of {@link workerFixtures}, in the form that Vitest and Playwright take. */
export interface WorkerFixtureFunctions<App extends AppOwner>
  extends Pick<WorkerFixtures<App>, 'celeryConfig' | 'celeryWorkerParameters' | 'celeryEmbeddedWorkerParameters'> {
  celeryApp(given: Pick<WorkerFixtures<App>, 'celeryConfig'>, use: Use<App>): Promise<void>;
  celeryWorker(
    given: Pick<WorkerFixtures<App>, 'celeryApp' | 'celeryWorkerParameters'>,
    use: Use<TestWorker>,
  ): Promise<void>;
  celeryEmbeddedWorker(
    given: Pick<WorkerFixtures<App>, 'celeryApp' | 'celeryEmbeddedWorkerParameters'>,
    use: Use<EmbeddedWorker>,
  ): Promise<void>;
}

/**
 * Fixtures for `test.extend` of Vitest: `const test = base.extend(workerFixtures(() => app))`.
 * @param makeApp - the app of each test: the one that your module exports, or a new one of the fixture `celeryConfig`
 * @see celery/contrib/pytest.py celery_app, celery_worker
 */
export function workerFixtures<App extends AppOwner>(
  makeApp: (config: SettingsInput) => App | Promise<App>,
  options: { readonly worker?: TestWorkerOptions; readonly embedded?: EmbeddedWorkerOptions } = {},
): WorkerFixtureFunctions<App> {
  // Test runners read from the first parameter which fixtures are needed.
  return {
    celeryConfig: {},
    celeryWorkerParameters: options.worker ?? {},
    celeryEmbeddedWorkerParameters: options.embedded ?? {},
    async celeryApp({ celeryConfig }, use) {
      await use(await makeApp(celeryConfig));
    },
    async celeryWorker({ celeryApp, celeryWorkerParameters }, use) {
      await lent(await TestWorker.start(celeryApp, celeryWorkerParameters), use);
    },
    async celeryEmbeddedWorker({ celeryApp, celeryEmbeddedWorkerParameters }, use) {
      await lent(await EmbeddedWorker.start(celeryApp, celeryEmbeddedWorkerParameters), use);
    },
  };
}

/** Disposes of it when it was used, well or not. */
async function lent<Kind extends AsyncDisposable>(one: Kind, use: (one: Kind) => Promise<void>): Promise<void> {
  try {
    await use(one);
  } finally {
    await one[Symbol.asyncDispose]();
  }
}
