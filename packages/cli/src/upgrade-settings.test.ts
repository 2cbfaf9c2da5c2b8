import { describe, expect, it } from 'vitest';
import { upgradeSettings } from './upgrade-settings.ts';

const OLD = `// CELERY_ACKS_LATE: stays in comments
export default {
  CELERY_ACKS_LATE: true,
  'BROKER_URL': 'redis://BROKER_URL=x',
  CELERYD_CONCURRENCY : 4,
  CELERY_MAX_CACHED: 1,
  BROKER_HOST: 'h',
  other: settings.CELERY_ACKS_LATE,
};
CELERY_IGNORE_RESULT = True
x == CELERY_IGNORE_RESULT
`;

describe('upgradeSettings', () => {
  it('renames keys and variables, and tells what is not supported', () => {
    const { text, renamed, absent } = upgradeSettings(OLD, 'camelCase');
    expect(text.split('\n').slice(1)).toEqual([
      'export default {',
      '  taskAcksLate: true,',
      "  'brokerUrl': 'redis://BROKER_URL=x',",
      '  workerConcurrency : 4,',
      '  CELERY_MAX_CACHED: 1,',
      "  BROKER_HOST: 'h',",
      '  other: settings.CELERY_ACKS_LATE,',
      '};',
      'taskIgnoreResult = True',
      'x == CELERY_IGNORE_RESULT',
      '',
    ]);
    expect(renamed[0]).toEqual({ line: 3, from: 'CELERY_ACKS_LATE', to: 'taskAcksLate' });
    expect(absent).toEqual([{ line: 7, name: 'BROKER_HOST', because: expect.stringContaining('one URL') }]);
  });

  it("or to Celery's names, leaving what has them", () => {
    const { text, renamed } = upgradeSettings("{ task_acks_late: true, CELERY_TIMEZONE: 'UTC' }", 'celery');
    expect(text).toBe("{ task_acks_late: true, timezone: 'UTC' }");
    expect(renamed).toEqual([{ line: 1, from: 'CELERY_TIMEZONE', to: 'timezone' }]);
  });
});
