import { Celeriac } from '@celeriac/core';

/** The app under measurement: a task that does nothing, with its result kept. */
export const app = new Celeriac('bench', { taskDefaultQueue: 'bench' });

export const noop = app.task('bench.noop', (value: number) => value);
