import { CeleriacError } from '@celeriac/protocol/basics';

/** The broker cannot bring one message to several nodes, so that nodes cannot be controlled through it. */
export class ControlUnavailableError extends CeleriacError {
  readonly code = 'CLR_CONTROL_UNAVAILABLE';
  /** The transport's name. */
  readonly transport: string;

  constructor(transport: string) {
    super(`Workers cannot be controlled through ${transport}: it has no fanout exchanges.`, {
      hint: 'Use a broker that has them, such as redis://, amqp:// or a database.',
    });
    this.transport = transport;
  }
}
