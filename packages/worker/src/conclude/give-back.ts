import type { Logger } from '@celeriac/protocol';
import type { Delivery } from '@celeriac/transport';

/** Puts a message back into its queue, if it is still held. Never rejects. */
export async function giveBack(delivery: Delivery, logger: Logger): Promise<void> {
  try {
    if (delivery.held) await delivery.settle('requeue');
  } catch (error) {
    logger.warning('A message comes back only when the broker notices that its worker is gone', { error });
  }
}
