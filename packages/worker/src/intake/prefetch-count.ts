/** AMQP carries the window as 16 bits. */
const WIDEST = 65_535;

/**
 * How many messages may be held unacknowledged: enough to keep the pool busy, and one more for every task that waits for
 * its time. 0 = no limit.
 * @see kombu/common.py QoS.set, celery/worker/consumer/consumer.py _update_prefetch_count
 */
export function prefetchCount(concurrency: number, multiplier: number, held: number): number {
  if (multiplier === 0) return 0;
  const count = concurrency * multiplier + held;
  return count > WIDEST ? 0 : count;
}
