import { silentLogger } from '@celeriac/protocol';
import { expect, test } from 'vitest';
import { Celeriac } from '../app/celeriac.ts';
import { runtimeOf } from '../runtime/runtime-of.ts';

test('a handler of setupLogging may bring a log of its own', () => {
  const app = new Celeriac('x', { configFile: false, environment: {}, logLevel: 'info' });
  const lines: string[] = [];
  const own = { ...silentLogger, warning: (message: string) => void lines.push(message) };
  const seen: unknown[] = [];
  app.signals.setupLogging.connect(({ level, format, use }) => {
    seen.push([level, format]);
    use(own);
  });
  app.signals.afterSetupLogger.connect(({ logger }) => seen.push(logger === own));
  runtimeOf(app).logger.warning('hello');
  expect([seen, lines]).toEqual([[['info', 'text'], true], ['hello']]);
});

test('a handler that fails does not keep the log from being made', () => {
  const app = new Celeriac('x', { configFile: false, environment: {} });
  app.signals.setupLogging.connect(() => {
    throw new Error('no');
  });
  expect(runtimeOf(app).logger.isEnabled('error')).toBe(true);
});
