import type { SettleHow } from '@celeriac/transport';

/** One delivery and how it ends. */
export interface TagSettlement {
  readonly tag: number;
  readonly how: SettleHow;
}

/** One `basic.ack` or `basic.nack`. */
export type SettleCommand =
  | { readonly method: 'ack'; readonly tag: number; readonly multiple: boolean }
  | { readonly method: 'nack'; readonly tag: number; readonly requeue: boolean };

/**
 * Which deliveries of a channel are settled, so that many acknowledgements become one with `multiple`: it covers every
 * tag up to its own, so all of them must be settled. Tags count up from 1 as AMQP's do.
 */
export class AckWindow {
  /** Every tag up to this one is settled. */
  #settledUpTo = 0;
  readonly #ahead = new Set<number>();

  /** What to tell the broker, in order; each tag is given once. */
  plan(settlements: readonly TagSettlement[]): readonly SettleCommand[] {
    const commands: SettleCommand[] = [];
    const acks: number[] = [];
    for (const { tag, how } of settlements) {
      this.#ahead.add(tag);
      if (how === 'ack') acks.push(tag);
      else commands.push({ method: 'nack', tag, requeue: how === 'requeue' });
    }
    while (this.#ahead.delete(this.#settledUpTo + 1)) this.#settledUpTo++;
    // The highest ack that no unsettled delivery lies below, given for all of them.
    let covering = 0;
    for (const tag of acks) if (tag <= this.#settledUpTo && tag > covering) covering = tag;
    if (covering > 0) commands.push({ method: 'ack', tag: covering, multiple: true });
    for (const tag of acks) if (tag > this.#settledUpTo) commands.push({ method: 'ack', tag, multiple: false });
    return commands;
  }
}
