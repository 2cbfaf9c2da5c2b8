import { useService } from '@celeriac/tooling/services';
import { describeInterop } from '../src/interop-table.ts';

const rabbitmq = await useService('rabbitmq');
const name = 'RabbitMQ with rpc results';

if (rabbitmq.skipped !== undefined) describeInterop({ name, skipped: rabbitmq.skipped });
else describeInterop({ name, broker: rabbitmq.url, backend: 'rpc://', isAmqp: true, isRpc: true });
