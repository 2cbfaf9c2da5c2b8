import { useService } from '@celeriac/tooling/services';
import { describeEvents } from '../src/events-table.ts';

const rabbitmq = await useService('rabbitmq');
const redis = await useService('redis');
const name = 'RabbitMQ';
const skipped = rabbitmq.skipped ?? redis.skipped;

if (skipped === undefined && rabbitmq.skipped === undefined && redis.skipped === undefined) {
  const stack = { name, broker: rabbitmq.url, backend: redis.url, isAmqp: true, isRpc: false };
  describeEvents(stack, process.env['CELERIAC_LONG'] === '1' ? ['Debian', 'newest'] : ['Debian']);
} else describeEvents({ name, skipped: skipped ?? '' }, ['Debian']);
