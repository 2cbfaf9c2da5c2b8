export type { BindingStore, ExchangeRoutes } from './binding-store.ts';
export type { ExchangeType, TransportCapabilities } from './capabilities.ts';
export { Coalescer } from './coalescer.ts';
export type { BrokerEndpoint } from './connect-cycle.ts';
export { ConnectionGuard, type ConnectionGuardOptions, type RunOptions } from './connection-guard.ts';
export type { Delivery, SettleHow } from './delivery.ts';
export { type CompiledRoutes, compileRoutes } from './exchange-routing.ts';
export { DEFAULT_RECONNECT_POLICY, type FailoverStrategy, type ReconnectPolicy } from './failover.ts';
export { IdleWait } from './idle-wait.ts';
export { MemoryBindingStore } from './memory-binding-store.ts';
export { type KeptMessage, MessageShelf, ShelvedMessage } from './message-shelf.ts';
export { PrefetchWindow } from './prefetch-window.ts';
export {
  DEFAULT_PUBLISH_RETRY_POLICY,
  type PublishRetryPolicy,
  publishRetryDelayMs,
} from './publish-retry-policy.ts';
export { checkDeclaredName, checkName, nameProblem } from './queue-name.ts';
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
  BrokerWarning,
  ConsumeOptions,
  Consumer,
  JointSettlement,
  LinkSettings,
  OutgoingMessage,
  PublishOutcome,
  Transport,
  TransportContext,
  TransportPlugin,
} from './transport.ts';
export {
  AlreadySettledError,
  ChannelError,
  ConnectionLostError,
  LeaseLostError,
  UnroutableError,
} from './transport-errors.ts';
export { ConfigurationError, checkOptionNames } from './transport-options.ts';
export type { JointParts } from './virtual-joint-settlement.ts';
export { type VirtualTransportParts, virtualTransport } from './virtual-transport.ts';
