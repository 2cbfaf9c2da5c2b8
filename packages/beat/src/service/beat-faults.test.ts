import { usePrivateService } from '@celeriac/tooling/services';
import { describe, expect, test } from 'vitest';
import { runId } from '../entry/run-id.ts';
import { MemoryStore } from '../store/memory-store.ts';
import { beatApp, startBeat } from './beat-stage.fixture.ts';

const server = await usePrivateService('redis');

describe.skipIf(server.skipped !== undefined)('a beat', () => {
  if (server.skipped !== undefined) return;

  test('sends what a broker that was away did not take, under the same ids', { timeout: 90_000 }, async () => {
    await server.restart();
    const { app } = beatApp({
      broker: server.url,
      brokerTransportOptions: { socket_connect_timeout: 1 },
      taskPublishRetryPolicy: { maxRetries: 0 },
      beatSchedule: { all: { task: 'add', schedule: 1, args: [1, 2], missedRuns: 'all' } },
    });
    const { beat, events } = await startBeat(app, { store: new MemoryStore() });
    await events.seen('sent', 2);
    await server.kill();
    await events.seen('failed', 2);
    const failed = events.of('failed');
    expect(failed.every(({ willRetry }) => willRetry)).toBe(true);
    await server.restart();
    const wanted = new Set(failed.map(({ id }) => id));
    const deadline = performance.now() + 60_000;
    while (!events.of('sent').some(({ id }) => wanted.has(id)) || events.of('sent').length < 6) {
      if (performance.now() > deadline) throw new Error('what failed is never sent');
      await new Promise((done) => setTimeout(done, 50));
    }
    await beat.stop();
    const due = events.of('sent').map(({ dueMs, id }) => {
      expect(id).toBe(runId('beat', 'all', dueMs));
      return dueMs;
    });
    expect(new Set(due).size).toBe(due.length);
  });

  test('that loses its store stops sending, and goes on when the store is back', { timeout: 90_000 }, async () => {
    await server.restart();
    const { app, log } = beatApp({ beatSchedule: { often: { task: 'add', schedule: 0.5, args: [1, 2] } } });
    const { events } = await startBeat(app, { store: server.url, lockTimeout: 1 });
    await events.seen('sent', 2);
    await server.kill();
    await events.seen('deposed');
    const sent = events.of('sent').length;
    await new Promise((done) => setTimeout(done, 1500));
    expect(events.of('sent').length).toBe(sent);
    await server.restart();
    await events.seen('leading', 2);
    await events.seen('sent', sent + 2);
    expect(log.some(({ level, message }) => level === 'error' && /beat: .*cannot be used/.test(message))).toBe(true);
    const due = events.of('sent').map(({ dueMs }) => dueMs);
    expect(new Set(due).size).toBe(due.length);
  });
});
