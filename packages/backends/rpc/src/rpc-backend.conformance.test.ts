import { backendConformance } from '@celeriac/testkit/vitest';
import { useService } from '@celeriac/tooling/services';
import { amqpTransport } from '@celeriac/transport-amqp';
import { MemoryBroker, memoryTransport } from '@celeriac/transport-memory';
import { describe } from 'vitest';
import { echoingBackend } from './echoing-backend.fixture.ts';

const rabbitmq = await useService('rabbitmq');
const broker = new MemoryBroker();

backendConformance('rpc over memory', {
  create: (request) => echoingBackend({ ...request, transport: () => memoryTransport({ broker }) }),
  movableClock: true,
});

describe.skipIf(rabbitmq.skipped)('RabbitMQ', () => {
  const url = rabbitmq.skipped === undefined ? rabbitmq.url : '';
  backendConformance('rpc over RabbitMQ', {
    create: (request) => echoingBackend({ ...request, transport: () => amqpTransport({ url }) }),
  });
});
