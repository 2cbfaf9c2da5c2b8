// A process of its own that takes twelve messages, tells their texts, and holds them.
import { redisTransport } from './redis-transport.ts';

const transport = redisTransport({ url: process.argv[2] ?? '', options: { leaseMs: 900 } });
await transport.connect();
const held: string[] = [];
await transport.consume({
  queues: ['work'],
  prefetch: 12,
  onLost: (error) => console.error(error),
  onDeliveries: (came) => {
    for (const one of came) held.push(Buffer.from(one.message.body).toString());
    if (held.length === 12) process.send?.(held);
  },
});
