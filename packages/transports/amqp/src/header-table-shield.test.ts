import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HeaderTableShield } from './header-table-shield.ts';
import { PublishFrames } from './publish-frames.ts';

const ADDRESS = { exchange: 'e', routingKey: 'k', mandatory: false };

function framesOf(bodies: readonly Buffer[], contentType: string): Buffer {
  const frames = new PublishFrames(1, 4096);
  for (const body of bodies) {
    frames.add({ body, contentType, contentEncoding: '', headers: { id: body.length }, properties: {} }, ADDRESS);
  }
  return Buffer.concat(frames.finish());
}

/** The frames in `bytes`, as type and payload. */
function split(bytes: Buffer): [type: number, payload: Buffer][] {
  const found: [number, Buffer][] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 7 + bytes.readUInt32BE(at + 3);
    expect(bytes[end]).toBe(0xce);
    found.push([bytes[at]!, bytes.subarray(at + 7, end)]);
    at = end + 1;
  }
  return found;
}

describe('HeaderTableShield', () => {
  it('wraps every header table, however the bytes are cut', () => {
    const bodies = fc.array(
      fc.uint8Array({ maxLength: 9000 }).map((bytes) => Buffer.from(bytes)),
      { maxLength: 5 },
    );
    const cuts = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1 });
    fc.assert(
      fc.property(bodies, fc.constantFrom('', 'text/plain'), cuts, (all, contentType, sizes) => {
        const bytes = framesOf(all, contentType);
        const shield = new HeaderTableShield();
        const pieces: Buffer[] = [];
        for (let at = 0, turn = 0; at < bytes.length; turn++) {
          const size = sizes[turn % sizes.length]!;
          pieces.push(shield.convert(bytes.subarray(at, at + size)));
          at += size;
        }
        const [before, after] = [split(bytes), split(Buffer.concat(pieces))];
        expect(after.map(([type]) => type)).toEqual(before.map(([type]) => type));
        for (const [index, [type, payload]] of after.entries()) {
          const original = before[index]![1];
          if (type !== 2) expect(payload.equals(original)).toBe(true);
          else expect(payload.indexOf('\x03rawx', 0, 'latin1')).toBeGreaterThan(0);
          if (type === 2) expect(payload.length).toBe(original.length + 9);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('hands bytes without header tables on as they are', () => {
    const bytes = Buffer.from([8, 0, 0, 0, 0, 0, 0, 0xce]);
    expect(new HeaderTableShield().convert(bytes)).toBe(bytes);
  });
});
