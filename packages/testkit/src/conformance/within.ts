import { setTimeout as sleep } from 'node:timers/promises';

/** Something that had to happen did not happen in time. */
export class NotInTimeError extends Error {
  /** What was waited for. */
  readonly awaited: string;
  readonly timeoutMs: number;

  constructor(awaited: string, timeoutMs: number) {
    super(`Not within ${timeoutMs} ms: ${awaited}`);
    this.name = 'NotInTimeError';
    this.awaited = awaited;
    this.timeoutMs = timeoutMs;
  }
}

/**
 * `promise`, but no longer than `timeoutMs`.
 * @param awaited - what has to happen, for the message: `publish() resolves`
 * @throws {NotInTimeError} when it has not happened by then
 */
export async function within<T>(promise: Promise<T>, timeoutMs: number, awaited: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new NotInTimeError(awaited, timeoutMs)), timeoutMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** How long {@link until} rests between two looks. */
const LOOK_AGAIN_MS = 5;

/**
 * Looks until `holds` is true.
 * @throws {NotInTimeError} when it is not true by `timeoutMs`
 */
export async function until(
  holds: () => boolean | Promise<boolean>,
  timeoutMs: number,
  awaited: string,
): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!(await holds())) {
    if (performance.now() >= end) throw new NotInTimeError(awaited, timeoutMs);
    await sleep(LOOK_AGAIN_MS);
  }
}
