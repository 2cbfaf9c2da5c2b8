/**
 * Milliseconds on a clock that all processes and threads of this machine share, that never jumps, and that begins anew
 * when the machine starts. Leases in a file live by it: setting the machine's time neither ends nor prolongs them.
 */
export function hostTimeMs(): number {
  return Math.floor(Number(process.hrtime.bigint()) / 1e6);
}
