import { clampClock, isRecord } from '@celeriac/protocol';

/** What a worker remembers over a restart. */
export interface WorkerState {
  /** The logical clock. */
  readonly clock: number;
  /** Revoked tasks with the Unix milliseconds at which they were. */
  readonly revoked: ReadonlyMap<string, number>;
}

const VERSION = 1;
/** As many as a worker keeps in memory. */
const MOST_IDS = 50_000;
const LONGEST_ID = 255;

/** The text of a state file. */
export function encodeState({ clock, revoked }: WorkerState): string {
  return `${JSON.stringify({ version: VERSION, clock, revoked: [...revoked] })}\n`;
}

/**
 * Reads a state file. Ids that cannot be are passed over.
 * @returns why it cannot be read, when it is no state file
 */
export function decodeState(text: string): WorkerState | string {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return 'it is no JSON';
  }
  if (!isRecord(content)) return 'it is no object';
  if (content['version'] !== VERSION) return `its version is ${JSON.stringify(content['version'])}, not ${VERSION}`;
  const { revoked } = content;
  if (!Array.isArray(revoked)) return 'its list of revoked tasks is missing';
  return { clock: clampClock(content['clock']), revoked: new Map(revoked.slice(-MOST_IDS).filter(isEntry)) };
}

function isEntry(entry: unknown): entry is [string, number] {
  if (!Array.isArray(entry)) return false;
  const [id, atMs] = entry as readonly unknown[];
  return typeof id === 'string' && id.length <= LONGEST_ID && typeof atMs === 'number' && Number.isFinite(atMs);
}
