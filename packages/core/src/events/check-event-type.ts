import { escapeForLog } from '@celeriac/protocol';
import { InvalidCallError } from '../publish/invalid-call-error.ts';

/** Letters, digits, dots, dashes and underscores: the routing key is made from it. */
const TYPE = /^[a-z0-9][\w.-]{0,254}$/i;

/** @throws {InvalidCallError} for what monitors would not take for the type of an event */
export function checkEventType(type: unknown): void {
  if (typeof type === 'string' && TYPE.test(type)) return;
  const shown = typeof type === 'string' ? JSON.stringify(escapeForLog(type, 60)) : typeof type;
  throw new InvalidCallError('type', `must be the name of an event such as "task-progress", not ${shown}`);
}
