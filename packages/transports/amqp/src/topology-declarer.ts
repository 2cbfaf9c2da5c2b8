import { escapeForLog } from '@celeriac/protocol';
import {
  type Binding,
  ChannelError,
  checkDeclaredName,
  checkName,
  type ExchangeDeclaration,
  type QueueDeclaration,
  type Topology,
} from '@celeriac/transport';
import type { Channel } from 'amqplib';
import { AmqpWriter } from './amqp-writer.ts';
import type { ControlChannel } from './control-channel.ts';

/**
 * Makes exchanges, queues and bindings exist, with exactly the flags and arguments given: another value is refused by
 * the broker (406), which names the argument.
 * @throws {ChannelError} for a bad name, before anything is declared; or with the broker's reason
 */
export async function declareTopology(
  control: ControlChannel,
  { exchanges = [], queues = [], bindings = [] }: Topology,
): Promise<void> {
  for (const { name } of exchanges) checkDeclaredName('exchange', name);
  for (const { name } of queues) checkDeclaredName('queue', name);
  const kept = bindings.filter((binding) => !isDefaultBinding(binding));
  for (const exchange of exchanges) await declareExchange(control, exchange);
  for (const queue of queues) await declareQueue(control, queue);
  for (const binding of kept) await bind(control, binding);
}

/** How errors and logs call a queue. */
export function queueSubject(name: string): string {
  return `queue "${escapeForLog(name, 60)}"`;
}

/** How errors and logs call an exchange. */
export function exchangeSubject(name: string): string {
  return `exchange "${escapeForLog(name, 60)}"`;
}

async function declareExchange(control: ControlChannel, exchange: ExchangeDeclaration): Promise<void> {
  const { name, type, durable = true, autoDelete = false } = exchange;
  const options = { durable, autoDelete, arguments: tableOf(exchange.arguments) };
  await control.run(exchangeSubject(name), (channel) => channel.assertExchange(name, type, options));
}

async function declareQueue(control: ControlChannel, queue: QueueDeclaration): Promise<void> {
  const { name, durable = true, exclusive = false, autoDelete = false } = queue;
  const options = { durable, exclusive, autoDelete, arguments: tableOf(queue.arguments) };
  await control.run(queueSubject(name), (channel) => channel.assertQueue(name, options));
}

async function bind(control: ControlChannel, binding: Binding): Promise<void> {
  const { exchange, queue, routingKey } = binding;
  const subject = `binding of ${queueSubject(queue)} to ${exchangeSubject(exchange)}`;
  const table = tableOf(binding.arguments);
  await control.run(subject, (channel: Channel) => channel.bindQueue(queue, exchange, routingKey, table));
}

function isDefaultBinding({ exchange, queue, routingKey }: Binding): boolean {
  checkName('queue', queue);
  if (exchange !== '') return false;
  if (routingKey === queue) return true;
  throw new ChannelError('the default exchange', `has no other bindings than queue names, got "${routingKey}"`);
}

/**
 * Arguments with the integer types that py-amqp writes, so that both clients declare the very same.
 * @throws {EncodeError} for a value that AMQP cannot carry
 */
function tableOf(values: { readonly [name: string]: unknown } = {}): { readonly [name: string]: unknown } {
  new AmqpWriter(256).table(values, 'arguments');
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, typed(value)]));
}

function typed(value: unknown): unknown {
  if (typeof value === 'bigint') return { '!': 'long', value };
  if (typeof value !== 'number' || !Number.isInteger(value)) return value;
  return { '!': value >= -0x80000000 && value <= 0x7fffffff ? 'int' : 'long', value };
}
