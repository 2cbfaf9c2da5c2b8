import { expect, test } from 'vitest';
import { readSettingArguments } from './setting-arguments.ts';

test('settings in any spelling, with the value of their type', () => {
  const given = [
    'task_acks_late=true',
    'broker.pool_limit=3',
    'prefetch_multiplier=1',
    'taskDefaultQueue=a=b',
    'timezone=',
  ];
  expect(readSettingArguments(given, 'worker')).toEqual({
    taskAcksLate: true,
    brokerPoolLimit: 3,
    workerPrefetchMultiplier: 1,
    taskDefaultQueue: 'a=b',
  });
});

test.each([
  ['task_acks_late', undefined],
  ['task_ack_late=1', 'Did you mean task_acks_late?'],
  ['task_acks_late=maybe', undefined],
])('%s is refused', (argument, hint) => {
  expect(() => readSettingArguments([argument], 'worker')).toThrow(
    expect.objectContaining({ code: 'CLR_CONFIGURATION', ...(hint && { hint }) }),
  );
});
