import { isRecord } from '@celeriac/protocol';
import type { EntryJson } from '../entry/entry-json.ts';
import { type EntryState, newState, type PendingRun } from '../entry/schedule-entry.ts';

/** A stored state; null for what is none. What a later version added is left out. */
export function readState(json: unknown): EntryState | null {
  if (!isRecord(json) || !isTime(json['sinceMs'])) return null;
  const { lastDueMs, lastRunAtMs, lastTaskId, totalRunCount, pending, runNowDone } = json;
  return {
    ...newState(json['sinceMs']),
    lastDueMs: isTime(lastDueMs) ? lastDueMs : null,
    lastRunAtMs: isTime(lastRunAtMs) ? lastRunAtMs : null,
    lastTaskId: typeof lastTaskId === 'string' ? lastTaskId : null,
    totalRunCount: isTime(totalRunCount) ? totalRunCount : 0,
    pending: Array.isArray(pending) ? pending.filter(isPending) : [],
    runNowDone: isTime(runNowDone) ? runNowDone : 0,
  };
}

/** Text as JSON; undefined for what is none. */
export function parseJson(text: string | null | undefined): unknown {
  if (text === null || text === undefined || text === '') return undefined;
  try {
    return JSON.parse(text, (key, value: unknown) => (key === '__proto__' ? undefined : value));
  } catch {
    return undefined;
  }
}

/** A stored definition; null for what is none. What it says is checked where it is used. */
export function readDefinition(json: unknown): EntryJson | null {
  return isRecord(json) ? (json as unknown as EntryJson) : null;
}

function isPending(value: unknown): value is PendingRun {
  return isRecord(value) && isTime(value['dueMs']) && typeof value['id'] === 'string';
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
