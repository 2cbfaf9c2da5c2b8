/**
 * How much later than due a run is sent. The same for the same entry and due time, so that a beat that takes over waits
 * for the same moment.
 * @returns 0 to `jitterMs`
 */
export function jitterOf(entry: string, dueMs: number, jitterMs: number): number {
  if (jitterMs === 0) return 0;
  // FNV-1a, spread once more: due times differ in few bits.
  let hash = 0x811c9dc5;
  for (const character of `${entry}\n${dueMs}`) hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return Math.floor((((hash ^ (hash >>> 15)) >>> 0) / 2 ** 32) * (jitterMs + 1));
}
