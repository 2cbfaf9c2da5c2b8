import { systemClock } from '@celeriac/protocol';
import type { Delivery, Transport } from '@celeriac/transport';
import { QUARANTINE_QUEUE } from './quarantine-message.ts';

/** Messages that do not come within this time are held by somebody else. */
const PATIENCE_MS = 1000;

/**
 * Takes the oldest messages of the quarantine. The caller settles every one of them; what is requeued keeps its place.
 * @param most - above 0
 * @returns fewer than `most` when the quarantine holds fewer
 * @throws {ConnectionLostError}
 */
export async function takeMessages(transport: Transport, most: number): Promise<readonly Delivery[]> {
  const taken: Delivery[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let timer = systemClock.setTimer(PATIENCE_MS, resolve);
  const consumer = await transport.consume({
    queues: [QUARANTINE_QUEUE],
    prefetch: most,
    onDeliveries: (deliveries) => {
      taken.push(...deliveries);
      timer.cancel();
      if (taken.length >= most) resolve();
      else timer = systemClock.setTimer(PATIENCE_MS, resolve);
    },
    onLost: reject,
  });
  try {
    await promise;
  } finally {
    timer.cancel();
    await consumer.stop();
  }
  return taken;
}
