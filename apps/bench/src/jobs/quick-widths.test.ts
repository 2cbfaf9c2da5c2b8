import { expect, test } from 'vitest';
import { quickWidths } from './quick-widths.ts';

const all = [1, 10, 100];

test.each([
  ['celeriac', 'redis', [1, 10, 100]],
  ['bullmq', 'redis', [1, 10, 100]],
  ['celery', 'redis', [100]],
  ['celeriac', 'sqlite', [100]],
  ['graphile-worker (unbatched)', 'postgres', [1, 100]],
] as const)('%s on %s drains at %j', (name, broker, widths) => {
  expect(quickWidths({ name, broker }, all)).toEqual(widths);
});

test('what was asked for counts', () => {
  expect(quickWidths({ name: 'celeriac', broker: 'redis' }, [5])).toEqual([5]);
});
