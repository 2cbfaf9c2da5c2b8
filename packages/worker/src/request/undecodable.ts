import type { SettleHow } from '@celeriac/transport';
import type { HeldMessage } from './held-message.ts';
import type { ReceivedTask } from './received-task.ts';

/** A message that is no readable task. */
export interface Undecodable extends HeldMessage {
  /** Error code: `CLR_INVALID_TASK`, `CLR_CONTENT_DISALLOWED`, … */
  readonly code: string;
  /** One line that names the field at fault. */
  readonly reason: string;
  readonly settle: SettleHow;
}

export function isUndecodable(decoded: ReceivedTask | Undecodable): decoded is Undecodable {
  return 'code' in decoded;
}
