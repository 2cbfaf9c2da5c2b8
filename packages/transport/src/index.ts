export type { BindingStore, ExchangeRoutes } from './binding-store.ts';
export type { ExchangeType, TransportCapabilities } from './capabilities.ts';
export type { Delivery, SettleHow } from './delivery.ts';
export type {
  LeaseRenewer,
  LeaseThread,
  QueuedMessage,
  QueueStore,
  Receipt,
  Settlement,
  TakenMessage,
} from './queue-store.ts';
export type { Service } from './service.ts';
export type { Binding, ExchangeDeclaration, QueueDeclaration, Topology } from './topology.ts';
export type {
  ConsumeOptions,
  Consumer,
  JointSettlement,
  OutgoingMessage,
  PublishOutcome,
  Transport,
  TransportContext,
  TransportPlugin,
} from './transport.ts';
export { AlreadySettledError, ChannelError, ConnectionLostError, UnroutableError } from './transport-errors.ts';
