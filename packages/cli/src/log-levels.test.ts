import { expect, test } from 'vitest';
import { LOG_LEVELS, logLevelOf } from './log-levels.ts';

test('Celery’s levels above error are that', () => {
  expect(LOG_LEVELS.map(logLevelOf)).toEqual(['debug', 'info', 'warning', 'error', 'error', 'error']);
});
