import { MemoryResults, memoryBackend } from '@celeriac/backend-memory';
import type { OverridingParts } from '@celeriac/core/internal';
import type { Clock } from '@celeriac/protocol';
import { FakeClock } from '@celeriac/testkit';
import { memoryTransport } from '@celeriac/transport-memory';
import { EndlessTimersError } from './endless-timers-error.ts';
import { NotIdleError, type Unfinished } from './not-idle-error.ts';
import { RecordingBroker } from './recording-broker.ts';
import { type Busy, settle } from './settle.ts';
import { spanMs, type TimeSpan } from './time-span.ts';

/** Settings of a {@link TestBroker}. */
export interface TestBrokerOptions {
  /** Where the clock starts; a number is Unix milliseconds. Default: the machine's time, which stands still from then. */
  readonly now?: Date | number;
  /** Real milliseconds that tasks may take before they are reported as stuck. Default 3000. */
  readonly patienceMs?: number;
}

/** A worker at the broker. */
export interface BrokerMember extends Busy {
  readonly unfinished: Unfinished;
}

/** What a broker is made of; for `TestWorker` only. */
export interface TestBrokerParts {
  readonly messages: RecordingBroker;
  readonly members: Set<BrokerMember>;
  readonly overriding: OverridingParts;
}

const PATIENCE_MS = 3000;

/** A clock that stops more often in one `advance` is taken for one that never arrives. */
const MOST_STEPS = 50_000;

/**
 * A broker, a result store and a clock in memory. Every `TestWorker` has its own, unless several are given the same one:
 * then their apps can send tasks to each other.
 */
export class TestBroker {
  readonly patienceMs: number;
  readonly '~parts': TestBrokerParts;
  readonly #clock: FakeClock;
  /** The end of the last movement: each waits for the one before. */
  #moved: Promise<void> = Promise.resolve();

  /** @throws {RangeError} for a time that is none */
  constructor({ now = Date.now(), patienceMs = PATIENCE_MS }: TestBrokerOptions = {}) {
    const startMs = Math.round(Number(now));
    if (Number.isNaN(new Date(startMs).getTime())) throw new RangeError(`now is no time: ${String(now)}.`);
    this.patienceMs = patienceMs;
    this.#clock = new FakeClock(startMs);
    const messages = new RecordingBroker();
    const members = new Set<BrokerMember>();
    this['~parts'] = { messages, members, overriding: overridingParts(messages, this.#clock) };
  }

  /** The clock of broker, store, workers and apps; for code of your own that takes one. */
  get clock(): Clock {
    return this.#clock;
  }

  get now(): Date {
    return new Date(this.#clock.now());
  }

  /**
   * Moves the clock. Everything that becomes due on the way runs at its own time, with all that follows from it; what
   * runs is done before the clock moves on. Resolves when nothing is left to do.
   * @param span - milliseconds, or `{ hours: 1, minutes: 30 }`
   * @throws {NotIdleError} naming the tasks that have not ended within `patienceMs`; the clock stays where it is then
   * @throws {EndlessTimersError} | @throws {RangeError} for a span that is none
   */
  advance(span: TimeSpan): Promise<void> {
    const ms = spanMs(span);
    const moved = this.#moved.then(() => this.#advance(ms));
    this.#moved = moved.catch(() => undefined);
    return moved;
  }

  /**
   * Resolves when nothing runs and nothing waits that is due. The clock stands still.
   * @throws {NotIdleError} as {@link advance}
   */
  idle(): Promise<void> {
    return this.advance(0);
  }

  async #advance(ms: number): Promise<void> {
    const clock = this.#clock;
    const targetMs = clock.monotonic() + ms;
    await this.#settle();
    for (let steps = 1; ; steps++) {
      const waitMs = clock.untilNextMs;
      if (waitMs === undefined || clock.monotonic() + waitMs > targetMs) break;
      if (steps > MOST_STEPS) throw new EndlessTimersError(MOST_STEPS, this.now);
      await clock.advance(waitMs);
      await this.#settle();
    }
    await clock.advance(Math.max(0, targetMs - clock.monotonic()));
  }

  async #settle(): Promise<void> {
    const members = [...this['~parts'].members];
    if (await settle(members, this.patienceMs)) return;
    const unfinished = members.map((member) => member.unfinished);
    throw new NotIdleError(
      {
        running: unfinished.flatMap(({ running }) => running),
        queues: [...new Set(unfinished.flatMap(({ queues }) => queues))],
      },
      this.patienceMs,
    );
  }
}

function overridingParts(messages: RecordingBroker, clock: Clock): OverridingParts {
  const results = new MemoryResults();
  const schemes = Object.freeze(['memory']);
  return {
    clock,
    broker: {
      schemes,
      create: (url, context) =>
        memoryTransport({ broker: messages, url, clock: context.clock, logger: context.logger }),
    },
    backend: { schemes, create: (url, context) => memoryBackend({ results, url, context }) },
  };
}
