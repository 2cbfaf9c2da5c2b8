import { readFileSync } from 'node:fs';
import { eventTopology } from '@celeriac/core/internal';
import { type CeleryEvent, decodeEvents, decodeJson, uuid } from '@celeriac/protocol';
import type { Stage } from './stage.ts';

/** Events as a monitor gets them, from now on. */
export async function hearEvents(stage: Stage, routingKey = '#'): Promise<readonly CeleryEvent[]> {
  const heard: CeleryEvent[] = [];
  const transport = await stage.connect();
  const queue = `celeryev.${uuid()}`;
  await transport.declare({
    ...eventTopology('celeryev', transport.capabilities),
    queues: [{ name: queue, durable: false, autoDelete: true }],
    bindings: [{ exchange: 'celeryev', queue, routingKey }],
  });
  await transport.consume({
    queues: [queue],
    prefetch: 0,
    noAck: true,
    onDeliveries: (deliveries) => {
      for (const { message } of deliveries) heard.push(...decodeEvents(decodeJson(message.body)).events);
    },
    onLost: () => {},
  });
  return heard;
}

/** The names of the fields that Celery's own event of a type has, in its order. */
export function goldenFields(sample: string, type: string): readonly string[] {
  const file = new URL(`../../../protocol/test/golden/fixtures/events/${sample}.json`, import.meta.url);
  const found = find(JSON.parse(readFileSync(file, 'utf8')), type);
  if (found === undefined) throw new Error(`No ${type} in ${sample}.`);
  return Object.keys(found);
}

function find(value: unknown, type: string): object | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if ((value as { readonly type?: unknown }).type === type && 'hostname' in value) return value;
  for (const inner of Object.values(value)) {
    const found = find(inner, type);
    if (found !== undefined) return found;
  }
  return undefined;
}
