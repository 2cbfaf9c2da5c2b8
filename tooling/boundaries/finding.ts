/** Something a check does not accept (`fail`) or wants looked at (`warn`). */
export interface Finding {
  readonly level: 'fail' | 'warn';
  readonly rule: string;
  /** Path from the repository root, with `:line` when one line is to blame. */
  readonly where: string;
  readonly message: string;
}

/** A finding that fails the check. */
export function failure(rule: string, where: string, message: string): Finding {
  return { level: 'fail', rule, where, message };
}
