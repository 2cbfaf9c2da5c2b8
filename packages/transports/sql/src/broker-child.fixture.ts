// A process of its own with one transport: produces, consumes or holds messages as its parent says.
import type { Delivery } from '@celeriac/transport';
import { sqlTransport } from './sql-transport.ts';

/** What the parent asks for: the first argument, as JSON. */
export interface ChildOrder {
  readonly url: string;
  readonly role: 'produce' | 'consume' | 'hold';
  /** Names the child; bodies are `<name>-<number>`. */
  readonly name: string;
  /** Messages to send, or the prefetch of a consumer. */
  readonly count: number;
  /** Messages sent in one turn. */
  readonly batch?: number;
  readonly leaseMs?: number;
}

/** What the child tells. */
export type ChildReport =
  | { readonly kind: 'ready' }
  | { readonly kind: 'sent'; readonly bodies: readonly string[] }
  | { readonly kind: 'got'; readonly bodies: readonly string[] }
  | { readonly kind: 'failed'; readonly error: string };

/** What the parent says later: consumers end. */
export type ChildCommand = 'stop';

const order = JSON.parse(process.argv[2] ?? '') as ChildOrder;
const report = (message: ChildReport): void => void process.send?.(message);
const fail = (error: unknown): void => report({ kind: 'failed', error: String(error) });
const transport = sqlTransport({ url: order.url, ...(order.leaseMs ? { leaseMs: order.leaseMs } : undefined) });

async function produce(): Promise<void> {
  const { name, count, batch = 1 } = order;
  for (let at = 0; at < count; at += batch) {
    const bodies = Array.from({ length: Math.min(batch, count - at) }, (_, index) => `${name}-${at + index}`);
    const outcomes = await transport.publish(
      bodies.map((body) => ({
        exchange: '',
        routingKey: 'work',
        message: {
          body: Buffer.from(body),
          contentType: 'text/plain',
          contentEncoding: 'utf-8',
          headers: { id: body, padding: 'x'.repeat(300) },
          properties: { correlationId: body },
        },
      })),
    );
    for (const outcome of outcomes) if (outcome !== undefined) fail(outcome);
    report({ kind: 'sent', bodies: bodies.filter((_, index) => outcomes[index] === undefined) });
  }
  await transport.close();
  process.disconnect();
}

async function consume(settle: (delivery: Delivery) => Promise<void>): Promise<void> {
  await transport.consume({
    queues: ['work'],
    prefetch: order.count,
    onDeliveries: (deliveries) => void Promise.all(deliveries.map(settle)).catch(fail),
    onLost: fail,
  });
  process.on('message', (command: ChildCommand) => {
    if (command === 'stop') void transport.close().then(() => process.disconnect());
  });
}

const textOf = (delivery: Delivery): string => Buffer.from(delivery.message.body).toString();
const roles: Record<ChildOrder['role'], () => Promise<void>> = {
  produce,
  hold: () => consume(async (delivery) => report({ kind: 'got', bodies: [textOf(delivery)] })),
  consume: () =>
    consume(async (delivery) => {
      if (await delivery.settle('ack')) report({ kind: 'got', bodies: [textOf(delivery)] });
      else fail(new Error('lost a lease'));
    }),
};

await transport.connect();
report({ kind: 'ready' });
await roles[order.role]().catch(fail);
