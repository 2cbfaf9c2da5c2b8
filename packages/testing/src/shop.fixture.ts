import { Celeriac } from '@celeriac/core';
import { runtimeOf } from '@celeriac/core/internal';
import { silentLogger } from '@celeriac/protocol';

export const START: number = Date.UTC(2026, 2, 1, 12);
export const HOUR_MS = 3_600_000;

/** Nothing listens there: what reaches the app's own broker fails. */
export function newApp(options = {}): Celeriac {
  return new Celeriac('shop', {
    broker: 'redis://127.0.0.1:1/0',
    backend: 'redis://127.0.0.1:1/1',
    configFile: false,
    environment: {},
    logger: silentLogger,
    ...options,
  });
}

/** A task that notes, by the moved clock, when it runs; what `body` gives or throws is its end. */
export function recorder(app: Celeriac, options: object, body: (attempt: number) => unknown) {
  const times: number[] = [];
  const task = app.task('record', { bind: true, parameters: [], ...options }, (context) => {
    times.push(runtimeOf(app).clock.now() - START);
    return body(context.request.retries);
  });
  return { task, times };
}
