import { appendFileSync } from 'node:fs';
import type { LeaseRenewer } from './queue-store.ts';

/** What the renewer of the tests does, changed from outside through shared memory. */
export interface RenewerOptions {
  /** `[behaviour, renewals, closed]`; behaviours are named in {@link behaviours}. */
  readonly shared: SharedArrayBuffer;
  /** Appended to on every start. */
  readonly startsFile?: string;
}

export const behaviours = { renew: 0, lose: 1, fail: 2, hang: 3, crash: 4 } as const;

export function renewer(options: RenewerOptions): LeaseRenewer {
  const state = new Int32Array(options.shared);
  if (options.startsFile !== undefined) appendFileSync(options.startsFile, 'start\n');
  return {
    async renew() {
      Atomics.add(state, 1, 1);
      switch (Atomics.load(state, 0)) {
        case behaviours.lose:
          return false;
        case behaviours.fail:
          throw new Error('database is locked');
        case behaviours.hang:
          return new Promise(() => {});
        case behaviours.crash:
          Atomics.store(state, 0, behaviours.renew);
          setImmediate(() => {
            throw new Error('crashed');
          });
          return true;
        default:
          return true;
      }
    },
    async close() {
      Atomics.add(state, 2, 1);
    },
  };
}
