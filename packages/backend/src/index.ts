export type {
  Backend,
  BackendContext,
  BackendPlugin,
  ChordPart,
  ChordProgress,
  ChordStore,
  GroupStore,
  ResultWatch,
  StoreOutcome,
  StoreReport,
  StoreRequest,
} from './backend.ts';
export { BackendUnavailableError } from './backend-errors.ts';
export type { BackendCapabilities } from './capabilities.ts';
export type { KeyValueEntry, KeyValueFeed, KeyValueStore } from './key-value-store.ts';
