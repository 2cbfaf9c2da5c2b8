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
export {
  CHORD_CLAIM_MS,
  ChordJoin,
  type ChordStanding,
  inHeaderOrder,
  mayClaimChord,
} from './chord-progress.ts';
export type { KeyValueEntry, KeyValueFeed, KeyValueMembers, KeyValueStore } from './key-value-store.ts';
export { isExpired, resultExpiresAt, resultTtlMs } from './result-expiry.ts';
export { decideStores, type StoreDecision } from './store-rules.ts';
