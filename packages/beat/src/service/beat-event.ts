/** Something that a beat did or noticed; `entry` is the name of a periodic task. */
export type BeatEvent =
  /** It leads from now on. */
  | { readonly type: 'leading'; readonly entries: number }
  /** Another one leads; this one waits. */
  | { readonly type: 'standby' }
  /** Another one has taken the lead, or the store was lost. */
  | { readonly type: 'deposed' }
  /** The broker holds the message. `lateMs` is the time since it was due. */
  | {
      readonly type: 'sent';
      readonly entry: string;
      readonly task: string;
      readonly id: string;
      readonly dueMs: number;
      readonly lateMs: number;
    }
  | {
      readonly type: 'failed';
      readonly entry: string;
      readonly task: string;
      readonly id: string;
      readonly dueMs: number;
      readonly error: unknown;
      /** It is tried again with the same id. */
      readonly willRetry: boolean;
    }
  /** Due times were left out: missed ones by policy, or since the last run has not finished. */
  | { readonly type: 'skipped'; readonly entry: string; readonly dueMs: number; readonly reason: 'missed' | 'overlap' }
  /** It is sent although no task of this name is known here. */
  | { readonly type: 'unknown-task'; readonly entry: string; readonly task: string }
  /** A periodic task that cannot be, or whose schedule threw. The others run. */
  | { readonly type: 'bad-entry'; readonly entry: string; readonly error: unknown }
  /** The machine's clock was changed. */
  | { readonly type: 'clock-jump'; readonly byMs: number };
