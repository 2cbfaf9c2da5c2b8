export { SignatureError } from '@celeriac/core';
export type { CanvasOptions } from './canvas-options.ts';
export type {
  CheckedSteps,
  FlatResults,
  GroupMissing,
  HeaderMissing,
  HeaderResults,
  LastOf,
  Mappable,
  ResultsOf,
} from './canvas-types.ts';
export { chain } from './chain.ts';
export { Chain } from './chain-signature.ts';
export { type ChordPolling, chord } from './chord.ts';
export { Chord } from './chord-signature.ts';
export { Chunks, chunks } from './chunks.ts';
export { group } from './group.ts';
export { Group, type Skew } from './group-signature.ts';
export { map, starmap } from './map.ts';
export { signature } from './signature.ts';
export { type StampOptions, stamp } from './stamp.ts';
export type { StampHeaders, StampingVisitor } from './stamping-visitor.ts';
