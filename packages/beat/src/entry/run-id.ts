import { createHash } from 'node:crypto';

/**
 * The id of the message of one run: the same for the same entry and due time, whoever sends it.
 * @param owner - keeps apart the entries of different applications
 * @returns a UUID of version 5
 */
export function runId(owner: string, entry: string, dueMs: number): string {
  const bytes = createHash('sha1')
    .update(JSON.stringify(['celeriac.beat', owner, entry, dueMs]))
    .digest();
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex', 0, 16);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
