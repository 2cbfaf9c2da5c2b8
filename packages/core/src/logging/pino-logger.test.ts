import { pino } from 'pino';
import { expect, test } from 'vitest';
import { Celeriac } from '../app/celeriac.ts';
import { runtimeOf } from '../runtime/runtime-of.ts';
import { pinoLogger } from './pino-logger.ts';

function written(level: string): { lines: Record<string, unknown>[]; logger: ReturnType<typeof pinoLogger> } {
  const lines: Record<string, unknown>[] = [];
  const stream = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
  return { lines, logger: pinoLogger(pino({ level }, stream)) };
}

test('an app logs to pino, with fields and errors as pino knows them', () => {
  const { lines, logger } = written('info');
  const app = new Celeriac('x', { configFile: false, environment: {}, logger });
  runtimeOf(app).logger.warning('careful', { task: 'a\nb', error: new RangeError('no') });
  runtimeOf(app).logger.info('fine');
  expect(lines).toMatchObject([
    { level: 40, msg: 'careful', task: 'a\nb', err: { type: 'RangeError', message: 'no' } },
    { level: 30, msg: 'fine' },
  ]);
});

test.each([
  ['debug', [true, true, true, true]],
  ['warn', [false, false, true, true]],
  ['silent', [false, false, false, false]],
] as const)('what pino logs at %s is known before a line is built', (level, expected) => {
  const { logger } = written(level);
  expect((['debug', 'info', 'warning', 'error'] as const).map((one) => logger.isEnabled(one))).toEqual(expected);
});
