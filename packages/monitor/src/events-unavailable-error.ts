import { CeleriacError } from '@celeriac/protocol';

/** The broker carries no events. */
export class EventsUnavailableError extends CeleriacError {
  readonly code = 'CLR_EVENTS_UNAVAILABLE';
  /** The broker, masked. */
  readonly url: string;

  constructor(url: string) {
    super(`No events are sent over ${url}.`, { hint: 'Monitors need a broker such as redis:// or amqp://.' });
    this.url = url;
  }
}
