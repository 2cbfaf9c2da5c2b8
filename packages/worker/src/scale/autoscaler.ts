import { type Clock, escapeForLog, type Logger } from '@celeriac/protocol';
import type { Pool } from '../pool/pool.ts';
import { type AutoscaleRule, targetOf } from './autoscale-rule.ts';

/** What growing and shrinking takes. */
export interface AutoscalerParts {
  readonly pool: Pool;
  readonly max: number;
  readonly min: number;
  /** More the pool cannot have. */
  readonly most: number;
  readonly rule: AutoscaleRule;
  /** Tasks that run, or wait for a slot. */
  readonly reserved: () => number;
  /** The number of slots has changed. */
  readonly onScaled: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What is told about an autoscaler. */
export interface AutoscalerInfo {
  readonly [field: string]: number;
}

/**
 * Makes a pool larger and smaller with its work.
 * @see celery/worker/autoscale.py Autoscaler
 */
export class Autoscaler {
  readonly #parts: AutoscalerParts;
  /** Slots in one process or thread: these come and go together. */
  readonly #unit: number;
  #max: number;
  #min: number;
  #current: number;
  #grewAtMs: number | undefined;

  /** @param unit - slots that come and go together. */
  constructor(parts: AutoscalerParts, unit: number) {
    this.#parts = parts;
    this.#unit = unit;
    this.#max = parts.max;
    this.#min = parts.min;
    this.#current = parts.pool.concurrency / unit;
  }

  get max(): number {
    return this.#max;
  }

  get info(): AutoscalerInfo {
    return { max: this.#max, min: this.#min, current: this.#current, qty: this.#parts.reserved() };
  }

  /** Looks whether there should be more or fewer slots. Never throws: what the rule or the pool throws is logged. */
  scale(): void {
    try {
      this.#scale();
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      this.#parts.logger.error(`The pool could not be scaled: ${escapeForLog(text)}`, { error });
    }
  }

  #scale(): void {
    const { rule, reserved, clock } = this.#parts;
    const sinceGrowthMs = this.#grewAtMs === undefined ? undefined : clock.monotonic() - this.#grewAtMs;
    const needed = Math.ceil(reserved() / this.#unit);
    const facts = { current: this.#current, min: this.#min, max: this.#max, reserved: needed, sinceGrowthMs };
    this.#resize(targetOf(rule, facts));
  }

  /**
   * Changes the bounds, and the pool where it is beyond them.
   * @returns the bounds that count now
   * @throws {RangeError} for bounds that cannot be
   */
  update(max: number | undefined, min: number | undefined): { readonly max: number; readonly min: number } {
    const [most, least] = [max ?? this.#max, Math.max(1, min ?? this.#min)];
    const isPossible = Number.isSafeInteger(most) && Number.isSafeInteger(least) && least <= most;
    if (!isPossible || most > this.#parts.most)
      throw new RangeError(`This pool cannot have between ${least} and ${most} slots.`);
    this.#max = most;
    this.#min = least;
    this.#resize(Math.min(most, Math.max(least, this.#current)));
    this.#parts.onScaled();
    return { max: most, min: least };
  }

  #resize(target: number): void {
    const { pool, onScaled, clock, logger } = this.#parts;
    const more = target - this.#current;
    if (more === 0) return;
    if (more > 0) {
      this.#grewAtMs = clock.monotonic();
      logger.info(`Scaling up ${more} processes.`);
      pool.grow?.(more);
    } else {
      logger.info(`Scaling down ${-more} processes.`);
      pool.shrink?.(-more);
    }
    this.#current = target;
    onScaled();
  }
}
