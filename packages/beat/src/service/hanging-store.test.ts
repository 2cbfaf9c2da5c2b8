import { describe, expect, test, vi } from 'vitest';
import { MemoryStore } from '../store/memory-store.ts';
import { beatApp, startBeat } from './beat-stage.fixture.ts';

type Step = 'write' | 'news' | 'release' | 'close';

/** A store whose server stops answering in the middle of it. */
class HangingStore extends MemoryStore {
  /** What is not answered any more. */
  silent: readonly Step[] = [];

  override write(...args: Parameters<MemoryStore['write']>): Promise<boolean> {
    return this.#answer('write', () => super.write(...args));
  }

  override news(version: number): ReturnType<MemoryStore['news']> {
    return this.#answer('news', () => super.news(version));
  }

  override release(...args: Parameters<MemoryStore['release']>): Promise<void> {
    return this.#answer('release', () => super.release(...args));
  }

  #answer<Value>(step: Step, value: () => Promise<Value>): Promise<Value> {
    return this.silent.includes(step) ? new Promise(() => {}) : value();
  }
}

describe('a beat whose store does not answer', () => {
  test.each<[Step]>([['write'], ['news'], ['release']])('ends all the same: %s', async (step) => {
    const { app, log } = beatApp({ beatSchedule: { often: { task: 'add', schedule: 0.05, args: [1, 2] } } });
    const store = new HangingStore();
    const { beat, events } = await startBeat(app, { store, maxInterval: 0.05 });
    await events.seen('sent', 2);
    store.silent = [step];
    // In the middle of it.
    await new Promise((resolve) => setTimeout(resolve, 200));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const stopped = beat.stop();
      await vi.advanceTimersByTimeAsync(8000);
      await stopped;
    } finally {
      vi.useRealTimers();
    }
    expect(log.map(({ message }) => message)).toContain(
      'beat: the schedule store did not answer within 8 seconds; what it has not written is sent again',
    );
  });
});
