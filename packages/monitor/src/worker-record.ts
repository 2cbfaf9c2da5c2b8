import type { ReceivedEvent } from '@celeriac/core/internal';
import { byTime } from './event-order.ts';
import type { WorkerState } from './worker-state.ts';

/** For workers that do not say. @see celery/events/state.py Worker */
const DEFAULT_FREQ_MS = 60_000;
const LONGEST_FREQ_MS = 86_400_000;

/** Everything that was told about one worker: its latest event. The order of arrival leaves no trace. */
export class WorkerRecord {
  readonly hostname: string;
  #latest: ReceivedEvent | undefined;
  #lastSeenMs = 0;
  #view: WorkerState | undefined;

  constructor(hostname: string) {
    this.hostname = hostname;
  }

  /** An event of the worker about itself. */
  add(event: ReceivedEvent): void {
    this.seen(event);
    if (this.#latest === undefined || byTime(event, this.#latest) > 0) this.#latest = event;
  }

  /** Any event of the worker. */
  seen({ receivedAtMs }: ReceivedEvent): void {
    this.#lastSeenMs = Math.max(this.#lastSeenMs, receivedAtMs);
    this.#view = undefined;
  }

  get view(): WorkerState {
    this.#view ??= this.#look();
    return this.#view;
  }

  #look(): WorkerState {
    const latest = this.#latest;
    const fields = latest?.fields ?? {};
    return Object.freeze({
      hostname: this.hostname,
      pid: latest?.pid ?? 0,
      isOnline: latest?.type !== 'worker-offline',
      freqMs: freqOf(fields['freq']),
      active: countOf(fields['active']),
      processed: countOf(fields['processed']),
      loadavg: loadOf(fields['loadavg']),
      swIdent: textOf(fields['sw_ident']),
      swVer: textOf(fields['sw_ver']),
      swSys: textOf(fields['sw_sys']),
      clock: latest?.clock ?? 0,
      timestampMs: (latest?.timestamp ?? 0) * 1000,
      lastSeenMs: this.#lastSeenMs,
      driftMs: latest === undefined ? 0 : Math.abs(latest.receivedAtMs - latest.timestamp * 1000),
    });
  }
}

function freqOf(seconds: unknown): number {
  if (typeof seconds !== 'number' || !(seconds > 0)) return DEFAULT_FREQ_MS;
  return Math.min(seconds * 1000, LONGEST_FREQ_MS);
}

function countOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

function loadOf(value: unknown): readonly number[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, 3).filter((load): load is number => typeof load === 'number');
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value.slice(0, 255) : null;
}
