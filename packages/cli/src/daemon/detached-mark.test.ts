import { expect, test } from 'vitest';
import { readDaemonOptions } from './daemon-options.ts';
import { detachedEnvironment, takeDetachedMark } from './detached-mark.ts';

test('a process that was detached does not detach again, and what it starts may', () => {
  const env = detachedEnvironment({ PATH: '/bin' });
  expect(takeDetachedMark(env)).toBe(true);
  expect(takeDetachedMark(env)).toBe(false);
  expect(env).toEqual({ PATH: '/bin' });
});

test('whatever way --detach was written', () => {
  Object.assign(process.env, detachedEnvironment({}));
  expect(readDaemonOptions({ detach: true }).detach).toBe(false);
  expect(readDaemonOptions({ detach: true }).detach).toBe(true);
});
