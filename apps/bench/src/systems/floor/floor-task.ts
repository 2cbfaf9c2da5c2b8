/** A task of the raw clients, whatever it looks like on the wire. */
export interface FloorTask {
  readonly id: string;
  /** What it returns. */
  readonly value: number;
  /** Ballast; empty in most jobs. */
  readonly payload: string;
  /** It returns the time instead. */
  readonly isStamp: boolean;
}
