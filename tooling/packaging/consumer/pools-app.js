import { Celeriac } from '@celeriac/core';

const url = `sqlite:///${process.env.POOLS_FOLDER}/pools.db`;

export const app = new Celeriac('pools', { broker: url, backend: url });
export const add = app.task('pools.add', (x, y) => x + y);
