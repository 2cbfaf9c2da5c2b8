// 100,000 entries in a process of their own; prints what they cost as JSON. Arguments: `busy` or `idle`, seconds to look.
import { Celeriac } from '@celeriac/core';
import { MemoryStore } from '../store/memory-store.ts';
import type { BeatEvent } from './beat-event.ts';
import { BeatService } from './beat-service.ts';

const COUNT = 100_000;
const isBusy = process.argv[2] === 'busy';
const seconds = Number(process.argv[3]);
const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

const app = new Celeriac('load', {
  broker: 'memory://load',
  configFile: false,
  environment: {},
  beatSchedule: Object.fromEntries(
    Array.from({ length: COUNT }, (_item, index) => [
      `entry ${index}`,
      // 28 runs a second: each once an hour.
      { task: 'add', schedule: 3600, args: [index, 1], startAt: Date.now() + (isBusy ? 5000 : 3_600_000) + index * 36 },
    ]),
  ),
});
app.task('add', (x: number, y: number) => x + y);
const late: number[] = [];
const leading = Promise.withResolvers<void>();
const onEvent = (event: BeatEvent): void => {
  if (event.type === 'leading') leading.resolve();
  if (event.type === 'sent') late.push(event.lateMs);
};
const beat = new BeatService(app, { store: new MemoryStore(), onEvent });
const [begun, begunCpu] = [performance.now(), cpuMs()];
await beat.start();
await leading.promise;
const [startMs, startCpuMs] = [performance.now() - begun, cpuMs() - begunCpu];
// What the start left to the collector.
await wait(isBusy ? 6000 : 3000);
late.length = 0;
const [from, fromCpu] = [performance.now(), cpuMs()];
await wait(seconds * 1000);
const share = (cpuMs() - fromCpu) / (performance.now() - from);
await beat.stop();
await app.close();
late.sort((a, b) => a - b);
const at = (part: number): number => late[Math.floor(late.length * part)] ?? 0;
console.log(JSON.stringify({ startMs, startCpuMs, share, sent: late.length, p50: at(0.5), p99: at(0.99) }));
