import { CeleriacError, isCeleriacError } from '@celeriac/protocol';
import { ChannelError, ConnectionLostError } from '@celeriac/transport';

const ACCESS_REFUSED = 403;
const NOT_ALLOWED = 530;
const NOT_IMPLEMENTED = 540;
const PRECONDITION_FAILED = 406;

/** The broker does not let this client in: a wrong password, no right to the virtual host. Trying again is no use. */
export class BrokerAccessError extends CeleriacError {
  readonly code = 'CLR_BROKER_ACCESS';
  /** Masked URL. */
  readonly url: string;

  constructor(url: string, reason: string, options?: { readonly cause?: unknown }) {
    super(`${url} refuses the login: ${reason}`, {
      ...options,
      hint: 'Check user, password and virtual host of brokerUrl, and `rabbitmqctl list_permissions`.',
    });
    this.url = url;
  }
}

/** What a failed try to connect means. */
export function connectError(url: string, error: unknown): Error {
  const reason = reasonOf(error);
  // amqplib gives the code in its text only, since the handshake has no channel yet.
  if (/terminated by server: (?:403|530)\b/.test(String(error))) {
    return new BrokerAccessError(url, reason, { cause: error });
  }
  return new ConnectionLostError(url, reason, { cause: error });
}

/**
 * What a failed operation means: refused by the broker (the channel is closed, the connection lives), or the
 * connection is gone.
 * @param subject - the queue or exchange, with its kind
 */
export function operationError(url: string, subject: string, error: unknown, connected: boolean): Error {
  if (isCeleriacError(error)) return error;
  const reason = reasonOf(error);
  const code = codeOf(error);
  const hint = code === undefined ? undefined : hintOf(code, reason);
  const options = { cause: error, ...(hint !== undefined && { hint }) };
  return connected && code !== undefined
    ? new ChannelError(subject, reason, options)
    : new ConnectionLostError(url, reason, options);
}

/** The reply code of AMQP, where the broker gave one. */
export function codeOf(error: unknown): number | undefined {
  const code: unknown = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'number' ? code : undefined;
}

/** The broker's own words: without what amqplib puts in front of them. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return /with message "(.*)"$/s.exec(text)?.[1] ?? text;
}

function hintOf(code: number, reason: string): string | undefined {
  if (code === PRECONDITION_FAILED && reason.includes('inequivalent arg')) {
    return 'It exists with other arguments: declare it with the same ones in taskQueues, or delete it first.';
  }
  if (code === PRECONDITION_FAILED && reason.includes('timeout')) {
    return 'A delivery was not acknowledged within `consumer_timeout` of the broker: raise it, or acknowledge early.';
  }
  if (code === NOT_IMPLEMENTED && reason.includes('global qos')) {
    return 'Set brokerTransportOptions.quorumQueues.';
  }
  if (code === ACCESS_REFUSED || code === NOT_ALLOWED) return 'Look at `rabbitmqctl list_permissions`.';
  return undefined;
}
