import { TcpFaultProxy } from '@celeriac/testkit';
import { transportConformance } from '@celeriac/testkit/vitest';
import { afterAll, describe } from 'vitest';
import { AmqpTransport, amqpTransport } from './amqp-transport.ts';
import { brokerUrl, rabbitmq } from './rabbitmq.fixture.ts';

describe.skipIf(rabbitmq.skipped)('RabbitMQ', async () => {
  const target = new URL(brokerUrl);
  const faults = await TcpFaultProxy.open({ host: target.hostname, port: Number(target.port) });
  afterAll(() => faults.close());
  const url = brokerUrl.replace(target.host, `${faults.host}:${faults.port}`);

  transportConformance('rabbitmq', {
    create: ({ clock }) => amqpTransport({ url, clock }),
    kill: (transport) => {
      if (transport instanceof AmqpTransport) transport.hangUp();
      return transport.close();
    },
    faults,
  });
});
