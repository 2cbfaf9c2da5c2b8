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
export { BackendUnavailableError, ForeignJointWorkError, InvalidResultIdError } from './backend-errors.ts';
export type { BackendCapabilities } from './capabilities.ts';
export { CeleryKeys } from './celery-keys.ts';
export { CHORD_CLAIM_MS, ChordJoin, type ChordStanding, inHeaderOrder, mayClaimChord } from './chord-progress.ts';
export { type KeyValueBackendParts, keyValueBackend } from './key-value-backend.ts';
export type { KeyValueEntry, KeyValueFeed, KeyValueMembers, KeyValueStore } from './key-value-store.ts';
export { RESULT_LIMITS, ResultCodec, unreadableResult } from './result-codec.ts';
export { isExpired, resultExpiresAt, resultTtlMs } from './result-expiry.ts';
export { requireResultId, requireResultIds } from './result-id.ts';
export {
  type ResultFeed,
  type ResultListener,
  ResultWatchHub,
  type ResultWatchHubOptions,
} from './result-watch-hub.ts';
export { decideStores, outlasts, type StoreDecision } from './store-rules.ts';
