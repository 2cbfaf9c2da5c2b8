import { randomUUID } from 'node:crypto';

/** A random UUID (version 4) as text. */
export function uuid(): string {
  return randomUUID();
}
