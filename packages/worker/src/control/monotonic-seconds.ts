/**
 * Times of the app's clock as seconds of the machine's monotonic clock, which Python's workers on this machine use too.
 * @param times - milliseconds on the app's clock that never jumps
 * @param nowMs - that clock now
 */
export function monotonicSeconds(times: ReadonlyMap<string, number>, nowMs: number): ReadonlyMap<string, number> {
  const machine = Number(process.hrtime.bigint()) / 1e9;
  return new Map(Array.from(times, ([id, atMs]) => [id, Math.max(0, machine - (nowMs - atMs) / 1000)]));
}
