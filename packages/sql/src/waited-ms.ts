/**
 * Stands in the SQL of a probe for the milliseconds since it was asked: none, but where a server goes on looking by itself.
 * See `ChangeListener.waits`.
 */
export const WAITED_MS = '0 /* waited ms */';
