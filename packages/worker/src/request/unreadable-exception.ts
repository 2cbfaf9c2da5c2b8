import type { ExceptionInfo } from '@celeriac/protocol';

/** Where Python has the class that says the same; a Python caller then gets that one. */
const CLASSES: ReadonlyMap<string, { readonly module: string; readonly type: string }> = new Map([
  ['CLR_INVALID_TASK', { module: 'celery.exceptions', type: 'InvalidTaskError' }],
  ['CLR_CONTENT_DISALLOWED', { module: 'kombu.exceptions', type: 'ContentDisallowed' }],
  ['CLR_DECODE', { module: 'kombu.exceptions', type: 'DecodeError' }],
]);
const OTHER = { module: 'kombu.exceptions', type: 'DecodeError' } as const;

/** The failure that is stored for a task whose message cannot be read. */
export function unreadableException(code: string, reason: string): ExceptionInfo {
  const { module, type } = CLASSES.get(code) ?? OTHER;
  return { exc_type: type, exc_message: [reason], exc_module: module };
}
