import { expect, test } from 'vitest';
import { absentSetting } from './celery-settings.ts';
import { readSettingNames } from './setting-names.ts';
import { settingTable } from './setting-table.ts';

test.each([
  ['result_cache_max', 'result_cache_max'],
  ['resultCacheMax', 'result_cache_max'],
  ['CELERY_RESULT_CACHE_MAX', 'result_cache_max'],
  ['CELERYD_TIMER_PRECISION', 'worker_timer_precision'],
  ['CELERY_TASK_REMOTE_TRACEBACKS', 'task_remote_tracebacks'],
  ['BROKER_HOST', 'broker_host'],
  ['s3_bucket', 's3_bucket'],
])("%s: Celery's setting that is not there says why", (name, celery) => {
  expect(absentSetting(name)?.celery).toBe(celery);
  expect(() => readSettingNames({ [name]: 1 }, 'code')).toThrow(
    expect.objectContaining({
      message: expect.stringContaining(`Celery's setting ${celery}, not supported by Celeriac because`),
    }),
  );
});

test('no setting that is there counts as absent', () => {
  const there = Object.entries(settingTable).flatMap(([name, { celery, old }]) => [name, celery, old]);
  expect(there.filter((name) => name !== undefined && absentSetting(name) !== undefined)).toEqual([]);
});

test('a mistyped name gets a suggestion instead', () => {
  expect(absentSetting('task_acks_lates')).toBeUndefined();
  expect(() => readSettingNames({ task_acks_lates: 1 }, 'code')).toThrow(
    expect.objectContaining({ hint: 'Did you mean task_acks_late?' }),
  );
});
