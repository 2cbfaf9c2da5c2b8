import { AsyncPool, type AsyncPoolParts } from './async-pool.ts';
import type { PoolKind } from './pool.ts';

/** Runs one task at a time, in this process. */
export class SoloPool extends AsyncPool {
  override readonly kind: PoolKind = 'solo';

  constructor(parts: Omit<AsyncPoolParts, 'concurrency'>) {
    super({ ...parts, concurrency: 1 });
  }
}
