/** How long a consumer may hear nothing, or get nothing although something waits, milliseconds. */
export const STALL_MS = 60_000;

/** What is known of a consumer that may have stalled. */
export interface ConsumerPulse {
  /** How long it had no word from the broker; undefined where it cannot tell. */
  readonly silentMs: number | undefined;
  /** How long nothing was delivered. */
  readonly quietMs: number;
  /** Messages that wait in its queues; undefined where nobody asked, or the broker did not answer in time. */
  readonly waiting: number | 'no answer' | undefined;
  /** It could hold more messages. */
  readonly hasRoom: boolean;
}

/**
 * Whether a consumer is alive and yet reads nothing: why, for the log.
 * Where it hears from its broker all the time, that it does not is enough; elsewhere messages must be waiting for it.
 */
export function stallOf({ silentMs, quietMs, waiting, hasRoom }: ConsumerPulse): string | undefined {
  if (silentMs !== undefined) {
    return silentMs > STALL_MS ? `no word from the broker for ${seconds(silentMs)}` : undefined;
  }
  if (!hasRoom || quietMs <= STALL_MS || waiting === undefined || waiting === 0) return undefined;
  if (waiting === 'no answer') return `nothing delivered for ${seconds(quietMs)}, and the broker does not answer`;
  return `nothing delivered for ${seconds(quietMs)}, although ${waiting} messages wait`;
}

/** Whether it is time to ask the broker what waits. */
export function mustAsk({ silentMs, quietMs, hasRoom }: Omit<ConsumerPulse, 'waiting'>): boolean {
  return silentMs === undefined && hasRoom && quietMs > STALL_MS;
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
