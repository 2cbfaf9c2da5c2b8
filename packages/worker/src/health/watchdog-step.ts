import { systemClock, type Timer } from '@celeriac/protocol';
import { ConnectionLostError, type Transport } from '@celeriac/transport';
import { StartStopStep } from '../lifecycle/step.ts';
import { within } from '../lifecycle/within.ts';
import type { ConsumerInternals } from '../lifecycle/worker-internals.ts';
import { type ConsumerPulse, mustAsk, stallOf } from './stall.ts';

/** Pause between two looks. */
const LOOK_MS = 15_000;
/** How long the broker may take to say how much waits. */
const ANSWER_MS = 5_000;

/**
 * `watchdog`: notices a consumer that is alive and yet reads nothing. It is made anew, on a new connection; when that does
 * not help, the worker ends with an error, so that whoever supervises it starts another.
 */
export class WatchdogStep extends StartStopStep<ConsumerInternals> {
  static readonly stepName = 'watchdog';
  static readonly requires: readonly string[] = ['tasks'];
  #timer: Timer | undefined;
  /** It was made anew, and has not read since. */
  #healed = false;

  override start(consumer: ConsumerInternals): void {
    this.#plan(consumer, consumer.transport);
  }

  override stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  // In real time, whatever clock the app has: brokers stall in it.
  #plan(consumer: ConsumerInternals, transport: Transport): void {
    this.#timer = systemClock.setTimer(LOOK_MS, () => void this.#look(consumer, transport));
  }

  async #look(consumer: ConsumerInternals, transport: Transport): Promise<void> {
    const timer = this.#timer;
    const stall = stallOf(await pulseOf(consumer, transport));
    // Stopped meanwhile, and perhaps started for the next connection, which is another look's business.
    if (timer === undefined || this.#timer !== timer) return;
    if (stall === undefined) {
      this.#healed = false;
      this.#plan(consumer, transport);
      return;
    }
    const error = new ConnectionLostError(transport.url, stall);
    if (this.#healed) consumer.worker.fail(error);
    else consumer.lost(error);
    this.#healed = true;
  }
}

/** What is known of the consumer now; asks the broker where that matters. */
export async function pulseOf(consumer: ConsumerInternals, transport: Transport): Promise<ConsumerPulse> {
  const { tasks, worker } = consumer;
  const { pipeline } = worker;
  const { silentMs, quietMs, prefetch } = tasks;
  const hasRoom = tasks.queues.length > 0 && (prefetch === 0 || pipeline.active + pipeline.reserved < prefetch);
  const known = { silentMs, quietMs, hasRoom };
  return { ...known, waiting: mustAsk(known) ? await waitingIn(transport, tasks.queues) : undefined };
}

/** Messages that wait in these queues. */
async function waitingIn(transport: Transport, queues: readonly string[]): Promise<number | 'no answer'> {
  let waiting: number | 'no answer' = 'no answer';
  const asking = Promise.all(queues.map((queue) => transport.size(queue))).then(
    (sizes) => {
      waiting = sizes.reduce((sum, size) => sum + size, 0);
    },
    () => {},
  );
  await within(ANSWER_MS, asking);
  return waiting;
}
