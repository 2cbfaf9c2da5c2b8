import { describe, expect, it } from 'vitest';
import { RevokedSet } from './revoked-set.ts';

describe('RevokedSet', () => {
  it('knows an id for three hours', () => {
    const revoked = new RevokedSet();
    revoked.add('a', 0);
    expect(revoked.has('a', 10_799_999)).toBe(true);
    expect(revoked.has('a', 10_800_000)).toBe(false);
    expect(revoked.has('b', 0)).toBe(false);
  });

  it('keeps the last 50,000 ids', () => {
    const revoked = new RevokedSet();
    for (let id = 0; id < 50_010; id++) revoked.add(String(id), 0);
    expect(revoked.size).toBe(50_000);
    expect(revoked.has('9', 0)).toBe(false);
    expect(revoked.has('10', 0)).toBe(true);
    expect(revoked.has('50009', 0)).toBe(true);
  });

  it('forgets what is over as others come, and counts anew for an id that comes again', () => {
    const revoked = new RevokedSet(10, 100);
    revoked.add('a', 0);
    revoked.add('b', 50);
    revoked.add('a', 60);
    revoked.add('c', 155);
    expect([revoked.has('a', 155), revoked.has('b', 155), revoked.size]).toEqual([true, false, 2]);
  });
});
