import type { Backend, StoreOutcome, StoreRequest } from '@celeriac/backend';
import { type Clock, isCeleriacError, type Logger } from '@celeriac/protocol';
import type { Delivery, JointSettlement } from '@celeriac/transport';
import type { Settings } from '../settings/settings.ts';
import { storeRetryDelayMs } from './store-retry.ts';

/** What a result writer needs. */
export interface ResultWriterParts {
  /** Connected; undefined when results are disabled. */
  readonly backend: () => Promise<Backend | undefined>;
  readonly settings: () => Settings;
  readonly clock: Clock;
  readonly logger: () => Logger;
}

/** What became of an outcome that was stored together with its delivery's end. */
export interface JointOutcome {
  readonly outcome: StoreOutcome;
  /** False when the lease was lost before: another worker has the message. */
  readonly settled: boolean;
}

interface Pending {
  readonly request: StoreRequest;
  readonly delivery: Delivery | undefined;
  readonly joint: JointSettlement | undefined;
  resolve(outcome: JointOutcome): void;
  reject(error: unknown): void;
}

/**
 * Writes results. Everything that is stored in one turn of the event loop, and while a write is under way, goes to the
 * store together; nothing waits on a timer. A store that is away is tried again with growing, jittered waits.
 */
export class ResultWriter {
  readonly #parts: ResultWriterParts;
  #pending: Pending[] = [];
  #scheduled = false;
  #writing: Promise<void> | undefined;
  #closing = false;
  #endPause: (() => void) | undefined;

  constructor(parts: ResultWriterParts) {
    this.#parts = parts;
  }

  /**
   * @returns what became of it, when the store has confirmed; `stored` too when results are disabled
   * @throws {BackendUnavailableError} when the store stayed away for as long as the settings allow
   * @throws what the store says about a result that it cannot keep, {@link EncodeError} for instance
   */
  store(request: StoreRequest): Promise<StoreOutcome> {
    return this.#add(request, undefined, undefined).then(outcomeOf);
  }

  /**
   * Stores an outcome and acknowledges its delivery: in one transaction where broker and store are one database, else
   * one after the other.
   * @throws {AlreadySettledError} when the delivery was settled before; else as {@link store}
   */
  async storeJointly(
    request: StoreRequest,
    delivery: Delivery,
    joint: JointSettlement | undefined,
  ): Promise<JointOutcome> {
    if (joint !== undefined) {
      const backend = await this.#parts.backend();
      if (backend?.jointDomain === joint.domain) {
        return this.#add({ ...request, guard: delivery.receipt }, delivery, joint);
      }
    }
    const outcome = await this.store(request);
    return { outcome, settled: await delivery.settle('ack') };
  }

  /** Resolves when everything given so far is stored or given up; a store that is away is not waited for. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#endPause?.();
    try {
      while (this.#pending.length > 0 || this.#writing !== undefined) {
        if (this.#writing === undefined) this.#write();
        await this.#writing;
      }
    } finally {
      this.#closing = false;
    }
  }

  #add(
    request: StoreRequest,
    delivery: Delivery | undefined,
    joint: JointSettlement | undefined,
  ): Promise<JointOutcome> {
    return new Promise((resolve, reject) => {
      this.#pending.push({ request, delivery, joint, resolve, reject });
      if (this.#scheduled || this.#writing !== undefined) return;
      this.#scheduled = true;
      // nextTick runs after the promise jobs of this turn: whatever they store goes along.
      process.nextTick(() => {
        this.#scheduled = false;
        this.#write();
      });
    });
  }

  #write(): void {
    if (this.#writing !== undefined || this.#pending.length === 0) return;
    const batch = this.#pending;
    this.#pending = [];
    this.#writing = this.#writeAll(batch).finally(() => {
      this.#writing = undefined;
      this.#write();
    });
  }

  async #writeAll(batch: readonly Pending[]): Promise<void> {
    for (const [joint, part] of byJoint(batch)) await this.#writePatiently(part, joint);
  }

  async #writePatiently(part: readonly Pending[], joint: JointSettlement | undefined): Promise<void> {
    const { clock, settings } = this.#parts;
    const startedAt = clock.monotonic();
    for (let retries = 0; ; retries++) {
      try {
        return await this.#writeOnce(part, joint);
      } catch (error) {
        if (!isCeleriacError(error, 'CLR_BACKEND_UNAVAILABLE')) return this.#writeSingly(part, joint, error);
        const elapsedMs = clock.monotonic() - startedAt;
        const delayMs = this.#closing ? undefined : storeRetryDelayMs(settings(), retries, elapsedMs, Math.random());
        if (delayMs === undefined) return this.#giveUp(part, error);
        if (retries === 0) this.#parts.logger().warning(`Cannot store results, trying again: ${error.message}`);
        await this.#pause(delayMs);
      }
    }
  }

  /** Waits before another try; closing ends it. */
  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#parts.clock.setTimer(delayMs, resolve);
      this.#endPause = () => {
        timer.cancel();
        resolve();
      };
    });
  }

  async #writeOnce(part: readonly Pending[], joint: JointSettlement | undefined): Promise<void> {
    const backend = await this.#parts.backend();
    if (backend === undefined) {
      for (const pending of part) pending.resolve({ outcome: 'stored', settled: false });
      return;
    }
    const requests = part.map((pending) => pending.request);
    if (joint === undefined) {
      const { outcomes } = await backend.store(requests);
      for (let index = 0; index < part.length; index++) {
        part[index]!.resolve({ outcome: outcomes[index]!, settled: false });
      }
      return;
    }
    const { work, end } = joint.begin(part.map((pending) => pending.delivery!));
    try {
      const { outcomes, settled } = await backend.store(requests, work);
      end(settled);
      const receipts = new Set(settled);
      part.forEach((pending, index) => {
        pending.resolve({ outcome: outcomes[index]!, settled: receipts.has(pending.delivery!.receipt) });
      });
    } catch (error) {
      end(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
  }

  /** A result that cannot be kept, or a delivery that is settled already, must not take the others with it. */
  async #writeSingly(part: readonly Pending[], joint: JointSettlement | undefined, error: unknown): Promise<void> {
    if (part.length === 1) return part[0]!.reject(error);
    for (const pending of part) await this.#writePatiently([pending], joint);
  }

  #giveUp(part: readonly Pending[], error: Error): void {
    for (const { request, reject } of part) {
      this.#parts.logger().error(`The result of task ${request.meta.task_id} is not stored: ${error.message}`);
      reject(error);
    }
  }
}

/** The batch in parts that can go to the store together, in the order given. */
function byJoint(batch: readonly Pending[]): Map<JointSettlement | undefined, readonly Pending[]> {
  const first = batch[0]?.joint;
  if (batch.every((pending) => pending.joint === first)) return new Map([[first, batch]]);
  return Map.groupBy(batch, (pending) => pending.joint);
}

function outcomeOf({ outcome }: JointOutcome): StoreOutcome {
  return outcome;
}
