import { useService } from '@celeriac/tooling/services';
import { describeInterop } from '../src/interop-table.ts';

const redis = await useService('redis');
const name = 'Redis with redis results';

if (redis.skipped === undefined) {
  const stack = { name, broker: redis.url, backend: redis.url, isAmqp: false, isRpc: false };
  describeInterop(stack, { Debian: 'prefork', newest: 'async' });
} else describeInterop({ name, skipped: redis.skipped });
