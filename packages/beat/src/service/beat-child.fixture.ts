// A beat in a process of its own, for tests that kill it. Arguments: broker, store, seconds until another one takes over.
import { Celeriac } from '@celeriac/core';
import { BeatService } from './beat-service.ts';

const [broker = '', store = '', lockTimeout = ''] = process.argv.slice(2);
const app = new Celeriac('takeover', {
  broker,
  configFile: false,
  environment: {},
  logLevel: 'error',
  beatSchedule: {
    all: { task: 'tick', schedule: 1, args: ['all'], missedRuns: 'all' },
    once: { task: 'tick', schedule: 1, args: ['once'] },
  },
});
app.task('tick', (_name: string) => null);
const beat = new BeatService(app, {
  store,
  lockTimeout: Number(lockTimeout),
  onEvent: (event) => process.send?.(event.type === 'failed' ? { ...event, error: String(event.error) } : event),
});
process.on('disconnect', () => process.exit(1));
await beat.start();
