/** How long one run of a task may take. */
export interface RunLimits {
  /** Milliseconds until it is told; undefined = never. */
  readonly softMs: number | undefined;
  /** Milliseconds until it is stopped; undefined = never. */
  readonly hardMs: number | undefined;
}
