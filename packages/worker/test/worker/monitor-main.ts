// Reads all events of a broker and says "ready" over IPC; the test freezes it.
import { Celeriac } from '@celeriac/core';
import { EventSubscription, runtimeOf } from '@celeriac/core/internal';

const app = new Celeriac('monitor', {
  brokerUrl: process.argv[2]!,
  brokerTransportOptions: JSON.parse(process.argv[3]!) as { readonly [name: string]: unknown },
  configFile: false,
  environment: {},
});
const runtime = runtimeOf(app);
const { settings, clock, lamport, logger, serializers, limits } = runtime;
const guard = runtime.openReader();
const parts = { settings, clock, lamport, logger, serializers, limits, routingKey: '#', onEvents: () => {} };
await new EventSubscription(parts).start(await guard.acquire(), () => process.exit(1));
process.send?.('ready');
process.on('disconnect', () => process.exit(0));
