import type { Topology, TransportCapabilities } from '@celeriac/transport';

/** Of which type the exchange of events is; undefined where no events are sent. @see celery/events/event.py get_exchange */
export function eventExchangeType(capabilities: TransportCapabilities): 'topic' | 'fanout' | undefined {
  const { eventExchange = 'topic', fanout } = capabilities;
  return eventExchange === 'none' || fanout === 'none' ? undefined : eventExchange;
}

/** The exchange of events; undefined where no events are sent. */
export function eventTopology(exchange: string, capabilities: TransportCapabilities): Topology | undefined {
  const type = eventExchangeType(capabilities);
  return type === undefined ? undefined : { exchanges: [{ name: exchange, type, durable: true }] };
}
