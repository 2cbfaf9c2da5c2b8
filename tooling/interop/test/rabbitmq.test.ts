import { useService } from '@celeriac/tooling/services';
import { describeInterop } from '../src/interop-table.ts';

const [rabbitmq, redis] = await Promise.all([useService('rabbitmq'), useService('redis')]);
const name = 'RabbitMQ with redis results';

if (rabbitmq.skipped !== undefined) describeInterop({ name, skipped: rabbitmq.skipped });
else if (redis.skipped !== undefined) describeInterop({ name, skipped: redis.skipped });
else describeInterop({ name, broker: rabbitmq.url, backend: redis.url, isAmqp: true, isRpc: false });
