import { useService } from '@celeriac/tooling/services';
import { describeEvents } from '../src/events-table.ts';

const redis = await useService('redis');
const name = 'Redis';

if (redis.skipped === undefined) {
  const stack = { name, broker: redis.url, backend: redis.url, isAmqp: false, isRpc: false };
  describeEvents(stack, process.env['CELERIAC_LONG'] === '1' ? ['Debian', 'newest'] : ['Debian']);
} else describeEvents({ name, skipped: redis.skipped }, ['Debian']);
