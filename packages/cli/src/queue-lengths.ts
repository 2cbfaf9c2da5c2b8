import { isCeleriacError } from '@celeriac/protocol';
import type { Transport } from '@celeriac/transport';

/** Waiting messages by queue; null for a queue that does not exist on the broker yet. */
export async function queueLengths(
  transport: Transport,
  queues: readonly string[],
): Promise<ReadonlyMap<string, number | null>> {
  const lengths = new Map<string, number | null>();
  for (const queue of queues) lengths.set(queue, await lengthOf(transport, queue));
  return lengths;
}

async function lengthOf(transport: Transport, queue: string): Promise<number | null> {
  try {
    return await transport.size(queue);
  } catch (error) {
    // What the broker refuses for this queue; a lost connection is thrown on.
    if (isCeleriacError(error, 'CLR_CHANNEL')) return null;
    throw error;
  }
}
