import { type AppOwner, type AppRuntime, runtimeOf } from '@celeriac/core/internal';
import type { Timer } from '@celeriac/protocol';
import type { Service } from '@celeriac/transport';
import type { Camera } from './camera.ts';
import { ClusterState, type ClusterStateOptions } from './cluster-state.ts';
import { EventReceiver } from './event-receiver.ts';
import { intervalOfRate } from './interval-of-rate.ts';

/** Settings of a {@link Polaroid}. */
export interface PolaroidOptions extends ClusterStateOptions {
  /** Milliseconds between two snapshots. Default 1,000. */
  readonly frequencyMs?: number;
  /** Most snapshots, such as `10/m`. Default: as `frequencyMs` says. */
  readonly maxRate?: string | number;
  /** Milliseconds between two calls of `onCleanup`. Default an hour. */
  readonly cleanupFrequencyMs?: number;
}

const HOUR_MS = 3_600_000;
/** How long a last snapshot may take. */
const LAST_SHOT_MS = 5000;

/**
 * Receives events, keeps the state of the cluster, and lets a camera take a snapshot of it from time to time, and a last
 * one at the end.
 * @see celery/events/snapshot.py evcam
 */
export class Polaroid implements Service {
  readonly state: ClusterState;
  readonly receiver: EventReceiver;
  readonly #runtime: AppRuntime;
  readonly #camera: Camera;
  readonly #frequencyMs: number;
  readonly #cleanupFrequencyMs: number;
  /** The shortest time between two snapshots. */
  readonly #intervalMs: number;
  readonly #timers: Map<'shutter' | 'cleanup', Timer> = new Map();
  #lastShotAtMs = Number.NEGATIVE_INFINITY;
  #busy: Promise<void> | undefined;
  #isRunning = false;

  /** @throws {RangeError} for a rate or a time that cannot be */
  constructor(app: AppOwner, camera: Camera, options: PolaroidOptions = {}) {
    const { frequencyMs = 1000, maxRate, cleanupFrequencyMs = HOUR_MS } = options;
    if (!(frequencyMs > 0)) throw new RangeError(`frequencyMs must be above 0, not ${frequencyMs}`);
    if (!(cleanupFrequencyMs > 0))
      throw new RangeError(`cleanupFrequencyMs must be above 0, not ${cleanupFrequencyMs}`);
    this.#runtime = runtimeOf(app);
    this.#camera = camera;
    this.#frequencyMs = frequencyMs;
    this.#cleanupFrequencyMs = cleanupFrequencyMs;
    this.#intervalMs = maxRate === undefined ? 0 : intervalOfRate(maxRate);
    this.state = new ClusterState(options);
    this.receiver = new EventReceiver(app, { handlers: { '*': (event) => this.state.event(event) } });
  }

  /** @throws {EventsUnavailableError} | @throws {ConnectionLostError} */
  async start(signal: AbortSignal): Promise<void> {
    await this.receiver.start(signal);
    this.#isRunning = true;
    void this.receiver.wakeUpWorkers();
    this.#schedule('shutter', this.#frequencyMs, () => this.#shoot());
    this.#schedule('cleanup', this.#cleanupFrequencyMs, () => this.#cleanUp());
  }

  /** Takes a last snapshot. */
  async stop(deadlineMs: number): Promise<void> {
    if (!this.#isRunning) return this.receiver.stop(deadlineMs);
    this.#isRunning = false;
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
    await this.receiver.stop(deadlineMs);
    const late = Promise.withResolvers<void>();
    const timer = this.#runtime.clock.setTimer(LAST_SHOT_MS, late.resolve);
    await Promise.race([this.#lastShot(), late.promise]);
    timer.cancel();
  }

  async #lastShot(): Promise<void> {
    await this.#busy;
    await this.#take();
  }

  #schedule(name: 'shutter' | 'cleanup', everyMs: number, run: () => void): void {
    const onTime = (): void => {
      this.#schedule(name, everyMs, run);
      run();
    };
    this.#timers.set(name, this.#runtime.clock.setTimer(everyMs, onTime));
  }

  #shoot(): void {
    const nowMs = this.#runtime.clock.monotonic();
    if (this.#busy !== undefined || nowMs - this.#lastShotAtMs < this.#intervalMs) return;
    this.#lastShotAtMs = nowMs;
    this.#busy = this.#take().finally(() => {
      this.#busy = undefined;
    });
  }

  /** A camera that fails takes the next picture nevertheless. */
  async #take(): Promise<void> {
    try {
      await this.#camera.onShutter(this.state);
      if (this.#camera.clearAfter) this.state.clearTasks();
    } catch (error) {
      this.#log('The camera failed to take a snapshot', error);
    }
  }

  async #cleanUp(): Promise<void> {
    try {
      await this.#camera.onCleanup?.();
    } catch (error) {
      this.#log('The camera failed to clean up', error);
    }
  }

  #log(what: string, error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    this.#runtime.logger.error(`${what}: ${text}`, { error });
  }
}
