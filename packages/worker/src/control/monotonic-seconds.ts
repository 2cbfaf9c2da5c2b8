/**
 * Times of the app's clock as seconds of the machine's monotonic clock, which Python's workers on this machine use too.
 * @param times - milliseconds on the app's clock that never jumps
 * @param nowMs - that clock now
 */
export function monotonicSeconds(times: ReadonlyMap<string, number>, nowMs: number): ReadonlyMap<string, number> {
  const machine = Number(process.hrtime.bigint()) / 1e9;
  return new Map(Array.from(times, ([id, atMs]) => [id, Math.max(0, machine - (nowMs - atMs) / 1000)]));
}

/** Celery's `REVOKE_EXPIRES`, in seconds: nobody tells of what is older. */
const OLDEST_SECONDS = 10_800;

/**
 * The other way round. A time that cannot be, as from another machine, whose clock counts from another moment, is now.
 * @param seconds - of a machine's monotonic clock by id
 * @param nowMs - the app's clock that never jumps
 */
export function appTimes(seconds: ReadonlyMap<string, number>, nowMs: number): ReadonlyMap<string, number> {
  const machine = Number(process.hrtime.bigint()) / 1e9;
  return new Map(
    Array.from(seconds, ([id, at]) => {
      const age = machine - at;
      return [id, age >= 0 && age < OLDEST_SECONDS ? nowMs - age * 1000 : nowMs];
    }),
  );
}
