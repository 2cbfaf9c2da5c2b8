export { BrokerAccessError } from './amqp-errors.ts';
export { type AmqpTransportOptions, amqpTransport, transport } from './amqp-transport.ts';
