import { amqpTransport } from './amqp-transport.ts';

/** Holds the messages of a queue until it is killed: `node consumer-child.fixture.ts <url> <queue>`. */
const [url, queue] = process.argv.slice(2) as [string, string];
const transport = amqpTransport({ url });
await transport.connect();
let held = 0;
await transport.consume({
  queues: [queue],
  prefetch: 10,
  onDeliveries: (deliveries) => {
    held += deliveries.length;
    process.send?.(held);
  },
  onLost: () => process.exit(1),
});
