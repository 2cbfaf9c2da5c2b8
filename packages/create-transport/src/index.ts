export { type CreatedTransport, type CreateTransportRequest, createTransport } from './create-transport.ts';
export { type CommandOutput, createTransportCommand } from './create-transport-command.ts';
export { UsageError } from './usage-error.ts';
