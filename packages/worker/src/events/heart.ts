import { loadavg, type } from 'node:os';
import { coreVersion, type EventDispatcher } from '@celeriac/core/internal';
import type { Clock, Timer, WorkerEventFields } from '@celeriac/protocol';

/** What a heartbeat tells of the worker. */
export interface Pulse {
  /** Tasks that run. */
  readonly active: number;
  /** Runs that were begun since the worker was made. */
  readonly processed: number;
}

/** What a heart needs. */
export interface HeartParts {
  readonly events: EventDispatcher;
  readonly clock: Clock;
  /** Milliseconds between two beats. */
  readonly intervalMs: number;
  readonly pulse: () => Pulse;
  /** A heartbeat is on its way. */
  readonly onBeat?: () => void;
}

/** What stands for Celeriac where Celery says `py-celery`. */
const SOFTWARE = 'celeriac';

/**
 * Tells other workers and monitors that this worker is there: online, a heartbeat every two seconds, offline.
 * @see celery/worker/heartbeat.py Heart
 */
export class Heart {
  readonly #parts: HeartParts;
  readonly #software: Pick<WorkerEventFields, 'sw_ident' | 'sw_ver' | 'sw_sys'>;
  #timer: Timer | undefined;
  /** Others were told that it is there, and not yet that it is gone. */
  #isOnline = false;

  constructor(parts: HeartParts) {
    this.#parts = parts;
    this.#software = { sw_ident: SOFTWARE, sw_ver: coreVersion(), sw_sys: type() };
  }

  start(): void {
    if (this.#timer !== undefined) return;
    this.#isOnline = true;
    this.#send('worker-online');
    this.#schedule();
  }

  /** One heartbeat out of turn, for a monitor that has just come. */
  beat(): void {
    this.#send('worker-heartbeat');
    this.#parts.onBeat?.();
  }

  /** Stops beating until it is started again: others will miss it. */
  pause(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** Says goodbye. */
  stop(): void {
    this.pause();
    if (this.#isOnline) this.#send('worker-offline');
    this.#isOnline = false;
  }

  #schedule(): void {
    const { clock, intervalMs } = this.#parts;
    const onTime = (): void => {
      this.#schedule();
      this.beat();
    };
    this.#timer = clock.setTimer(intervalMs, onTime, { ref: false });
  }

  #send(kind: 'worker-online' | 'worker-heartbeat' | 'worker-offline'): void {
    const { events, intervalMs, pulse } = this.#parts;
    if (!events.sends('worker')) return;
    const { active, processed } = pulse();
    const fields: WorkerEventFields = {
      freq: intervalMs / 1000,
      active,
      processed,
      loadavg: loadavg().map((load) => Math.round(load * 100) / 100),
      ...this.#software,
    };
    events.send(kind, { ...fields });
  }
}
