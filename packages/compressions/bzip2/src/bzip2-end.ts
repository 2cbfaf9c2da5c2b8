const BLOCK_MAGIC = '314159265359';
const END_MAGIC = '177245385090';
const END_BITS = BigInt(`0x${END_MAGIC}`);
const MAGIC_MASK = (1n << 48n) - 1n;
const CHECKSUM_BITS = 32n;

/**
 * Whether something follows a stream that libbzip2 has read to its end; the library itself does not tell. A single
 * stream ends with the end mark, a checksum and less than a byte of padding; a second stream would begin with a header.
 */
export function hasTrailingData(body: Uint8Array): boolean {
  return !endsWithMark(body) || hasSecondHeader(body);
}

function endsWithMark(body: Uint8Array): boolean {
  // 48 bits of mark, 32 of checksum, up to 7 of padding: 11 bytes.
  const tail = BigInt(`0x0${Buffer.from(body.subarray(-11)).toString('hex')}`);
  for (let padding = 0n; padding < 8n; padding++) {
    if (((tail >> (CHECKSUM_BITS + padding)) & MAGIC_MASK) === END_BITS) return true;
  }
  return false;
}

function hasSecondHeader(body: Uint8Array): boolean {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  for (let at = bytes.indexOf('BZh', 1); at !== -1; at = bytes.indexOf('BZh', at + 1)) {
    const magic = bytes.toString('hex', at + 4, at + 10);
    const level = bytes[at + 3] ?? 0;
    if (level >= 0x31 && level <= 0x39 && (magic === BLOCK_MAGIC || magic === END_MAGIC)) return true;
  }
  return false;
}
