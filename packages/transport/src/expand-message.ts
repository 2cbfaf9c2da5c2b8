import { escapeForLog, MessageTooLargeError } from '@celeriac/protocol';
import type { TransportCapabilities } from './capabilities.ts';
import type { BatchRoutes } from './exchange-table.ts';
import { undeclaredExchange } from './exchange-table.ts';
import { nameProblem } from './queue-name.ts';
import type { QueuedMessage } from './queue-store.ts';
import type { OutgoingMessage } from './transport.ts';
import { ChannelError, UnroutableError } from './transport-errors.ts';

/**
 * One published message as a message for each queue that it goes to.
 * @param routes - must know every exchange but the default one
 * @param into - the copies are appended here
 * @returns why the message must not be sent; nothing was appended then
 */
export function expandMessage(
  outgoing: OutgoingMessage,
  routes: BatchRoutes,
  capabilities: TransportCapabilities,
  into: QueuedMessage[],
): Error | undefined {
  const { exchange, routingKey, message, deliverAt, mandatory } = outgoing;
  const size = message.body.byteLength;
  if (size > capabilities.maxBodyBytes) return new MessageTooLargeError(size, capabilities.maxBodyBytes);
  if (deliverAt !== undefined && (!capabilities.delayedDelivery || !Number.isFinite(deliverAt))) {
    return delayRefusal(deliverAt, capabilities.delayedDelivery);
  }
  if (exchange === '') {
    const problem = nameProblem(routingKey);
    if (problem !== undefined) return new ChannelError(quoted('queue', routingKey), `the name ${problem}`);
    into.push({ queue: routingKey, message, exchange, routingKey, deliverAt });
    return undefined;
  }
  const exchangeRoutes = routes.get(exchange) ?? undeclaredExchange(exchange);
  if (exchangeRoutes instanceof Error) return exchangeRoutes;
  const queues = exchangeRoutes.queuesFor(routingKey, message.headers);
  if (queues.length === 0) return mandatory === true ? new UnroutableError(exchange, routingKey) : undefined;
  for (const queue of queues) into.push({ queue, message, exchange, routingKey, deliverAt });
  return undefined;
}

function delayRefusal(deliverAt: number, canDelay: boolean): ChannelError {
  if (canDelay) return new ChannelError('deliverAt', `must be a time in Unix milliseconds, got ${deliverAt}`);
  return new ChannelError('deliverAt', 'this transport cannot hold messages back', {
    hint: 'Look at capabilities.delayedDelivery, and let the worker hold the message until its eta.',
  });
}

function quoted(what: string, name: unknown): string {
  return `${what} "${escapeForLog(String(name), 60)}"`;
}
