import { useService } from '@celeriac/tooling/services';
import { describeInterop } from '../src/interop-table.ts';

const [rabbitmq, redis] = await Promise.all([useService('rabbitmq'), useService('redis')]);
const names = { redis: 'RabbitMQ with redis results', rpc: 'RabbitMQ with rpc results' };

if (rabbitmq.skipped !== undefined) describeInterop({ name: names.redis, skipped: rabbitmq.skipped });
else if (redis.skipped !== undefined) describeInterop({ name: names.redis, skipped: redis.skipped });
else describeInterop({ name: names.redis, broker: rabbitmq.url, backend: redis.url, isAmqp: true, isRpc: false });

if (rabbitmq.skipped !== undefined) describeInterop({ name: names.rpc, skipped: rabbitmq.skipped });
else describeInterop({ name: names.rpc, broker: rabbitmq.url, backend: 'rpc://', isAmqp: true, isRpc: true });
