/** Which way bytes go: from the client to the server (`up`), or back (`down`). */
export type Direction = 'up' | 'down';

/** Says of a chunk of bytes whether to swallow it. */
export type ChunkTest = (chunk: Buffer, direction: Direction) => boolean;

/** What a proxy does to the bytes that pass. */
export interface FaultRules {
  /** Every chunk arrives this much later, milliseconds. */
  readonly delayMs: number;
  /** Bytes per second and direction; 0 = as fast as it goes. */
  readonly bytesPerSecond: number;
}

/** No faults. */
export const NO_FAULTS: FaultRules = Object.freeze({ delayMs: 0, bytesPerSecond: 0 });
