/** What a reader accepts at most. */
export interface MessageLimits {
  /** Bytes of a body after decompression. */
  readonly maxMessageBytes: number;
  /** Nested arrays and objects. */
  readonly maxDepth: number;
  /** Characters of a task id. */
  readonly maxIdLength: number;
}

/** 64 MiB decoded, 512 levels, ids of 255 characters. */
export const DEFAULT_LIMITS: MessageLimits = Object.freeze({
  maxMessageBytes: 64 * 1024 * 1024,
  maxDepth: 512,
  maxIdLength: 255,
});
