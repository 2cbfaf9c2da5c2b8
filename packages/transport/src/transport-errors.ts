import { CeleriacError, type CeleriacErrorOptions } from '@celeriac/protocol';

/** The broker cannot be reached or has gone: reconnect and try again. */
export class ConnectionLostError extends CeleriacError {
  readonly code = 'CLR_CONNECTION_LOST';
  /** Masked URL. */
  readonly url: string;

  constructor(url: string, reason: string, options?: CeleriacErrorOptions) {
    super(`Connection to ${url} lost: ${reason}`, options);
    this.url = url;
  }
}

/** The broker refuses this one operation; the connection stays usable. */
export class ChannelError extends CeleriacError {
  readonly code = 'CLR_CHANNEL';
  /** The queue, exchange or message concerned. */
  readonly subject: string;

  constructor(subject: string, reason: string, options?: CeleriacErrorOptions) {
    super(`${subject}: ${reason}`, options);
    this.subject = subject;
  }
}

/** Leases ran out before they were prolonged: other consumers may have the messages. The connection may still work. */
export class LeaseLostError extends CeleriacError {
  readonly code = 'CLR_LEASE_LOST';
  /** Masked URL. */
  readonly url: string;
  /** Deliveries that are not held any more. */
  readonly deliveries: number;

  constructor(url: string, deliveries: number, options?: CeleriacErrorOptions) {
    super(`The lease of ${deliveries} deliveries from ${url} ran out; they will be delivered again.`, options);
    this.url = url;
    this.deliveries = deliveries;
  }
}

/** A delivery was settled a second time. */
export class AlreadySettledError extends CeleriacError {
  readonly code = 'CLR_ALREADY_SETTLED';
  readonly receipt: string;

  constructor(receipt: string) {
    super(`Delivery ${receipt} is already settled.`, {
      hint: 'Settle every delivery once; look at `delivery.held` first.',
    });
    this.receipt = receipt;
  }
}

/** No queue takes a message that was published as mandatory. */
export class UnroutableError extends CeleriacError {
  readonly code = 'CLR_UNROUTABLE';
  readonly exchange: string;
  readonly routingKey: string;

  constructor(exchange: string, routingKey: string) {
    super(`No queue takes messages of exchange "${exchange}" with routing key "${routingKey}".`, {
      hint: 'Declare a queue with a matching binding in taskQueues, or leave out `mandatory`.',
    });
    this.exchange = exchange;
    this.routingKey = routingKey;
  }
}
