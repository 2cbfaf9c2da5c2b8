import type { ReceivedEvent } from '@celeriac/core/internal';

/** What of an event puts it in its place. */
export type Ordered = Pick<ReceivedEvent, 'type' | 'clock' | 'timestamp' | 'hostname' | 'pid' | 'fields'>;

/**
 * Events of tasks come from several machines, whose clocks differ: the logical clock counts first. Never 0 for events that
 * differ, so that the later of two is the same in whatever order they arrive.
 */
export function byClock(one: Ordered, other: Ordered): number {
  return one.clock - other.clock || one.timestamp - other.timestamp || byRest(one, other);
}

/** Events of one worker: its time counts first, since its logical clock begins anew when it is restarted. */
export function byTime(one: Ordered, other: Ordered): number {
  return one.timestamp - other.timestamp || one.clock - other.clock || byRest(one, other);
}

function byRest(one: Ordered, other: Ordered): number {
  const place = compare(one.hostname, other.hostname) || one.pid - other.pid || compare(one.type, other.type);
  return place || compare(text(one.fields), text(other.fields));
}

/** Only asked for when everything else is equal. Fields are what a serializer made: they have no circles. */
function text(fields: Ordered['fields']): string {
  return JSON.stringify(fields, (_name, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
