import { expect } from 'vitest';
import type { InteropCase } from '../scene.ts';

const SHORT = 0.7;
/** So long a word to all workers may take. */
const REVOKE_WITHIN = 2;
/** The clocks of both languages agree to a few milliseconds. */
const SLACK = 0.02;
const now = (): number => Date.now() / 1000;

/** When tasks run, and when no longer. */
export const timingCases: readonly InteropCase[] = [
  {
    name: 'countdown and eta, with fractions of a second, hold a task back just as long; an eta in the past does not',
    run: async (scene) => {
      // Python looks at such tasks when its loop wakes up, which without other tasks takes seconds.
      const lateness = scene.worker === 'python' ? 15 : 3;
      const begun = now();
      const counted = await scene.send('clock', [], { options: { countdown: SHORT } });
      const timed = await scene.send('clock', [], { options: { eta: begun + SHORT } });
      const past = await scene.send('clock', [], { options: { eta: begun - 3600 } });
      for (const id of [counted, timed]) {
        const ran = (await scene.value(id)) as number;
        expect(ran - begun).toBeGreaterThan(SHORT - SLACK);
        expect(ran - begun).toBeLessThan(SHORT + lateness);
      }
      expect((await scene.value(past)) as number).toBeLessThan(begun + SHORT + lateness);
    },
  },
  {
    name: 'a task that does not expire in time runs',
    run: async (scene) => {
      expect(await scene.call('add', [1, 1], { options: { expires: 60 } })).toEqual({ state: 'SUCCESS', value: 2 });
    },
  },
  {
    name: 'a task that expired is REVOKED',
    run: async (scene) => {
      const { state, error } = await scene.call('add', [1, 1], { options: { countdown: SHORT, expires: SHORT / 2 } });
      expect(state).toBe('REVOKED');
      expect(error).toMatchObject({ type: 'TaskRevokedError', module: 'celery.exceptions', args: ['expired'] });
    },
  },
  {
    name: 'a task that waits and is revoked is REVOKED',
    run: async (scene) => {
      const id = await scene.send('add', [1, 1], { options: { countdown: REVOKE_WITHIN } });
      await scene.caller.revoke(id);
      const { state, error } = await scene.outcome(id);
      expect(state).toBe('REVOKED');
      expect(error).toMatchObject({ type: 'TaskRevokedError', module: 'celery.exceptions', args: ['revoked'] });
    },
  },
  {
    name: 'a task retries until it succeeds',
    run: async (scene) => {
      expect(await scene.call('retry_times', [3])).toEqual({ state: 'SUCCESS', value: 3 });
    },
  },
  {
    name: 'a task that expires later retries until it succeeds',
    except: (scene) =>
      scene.worker === 'python' && !scene.isPythonFrom([5, 3])
        ? 'Celery 5.2 loses a task that expires when it retries'
        : undefined,
    run: async (scene) => {
      expect(await scene.call('retry_times', [2], { options: { expires: 60 } })).toEqual({
        state: 'SUCCESS',
        value: 2,
      });
    },
  },
];
