/** What a transport can do, as values. Ask these, never which broker it is. */
export interface TransportCapabilities {
  /** Whether one message can reach every bound queue: by the broker, by copies that the client makes, or not at all. */
  readonly fanout: 'native' | 'emulated' | 'none';
  /**
   * Of which type the exchange of events is, as Python's Celery has it there: `none` where it sends no events. Default
   * `topic`.
   */
  readonly eventExchange?: 'topic' | 'fanout' | 'none';
  /** Exchange types that `declare` accepts. */
  readonly exchangeTypes: readonly ExchangeType[];
  /** `false`: priorities are ignored. `first` tells which end of the scale is served first (RabbitMQ high, Redis low). */
  readonly priority: false | { readonly levels: number; readonly first: 'low' | 'high' };
  /** When a dead consumer's messages come back: as its connection ends, or when its lease runs out. */
  readonly redelivery: 'on-disconnect' | { readonly leaseMs: number };
  /** Whether the broker itself can hold a message until `deliverAt`; otherwise the worker holds it. */
  readonly delayedDelivery: boolean;
  /** Whether deliveries carry how often they were delivered; otherwise the worker counts in the result store. */
  readonly deliveryCount: boolean;
  /** Whether accepted messages outlive the process. */
  readonly durable: boolean;
  /** Largest body in bytes; larger ones are refused before they are sent. */
  readonly maxBodyBytes: number;
}

/** AMQP's exchange types. */
export type ExchangeType = 'direct' | 'topic' | 'fanout' | 'headers';
