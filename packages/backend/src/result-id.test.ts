import { isCeleriacError } from '@celeriac/protocol';
import { describe, expect, it } from 'vitest';
import { requireResultId } from './result-id.ts';

const errorOf = (id: unknown): unknown => {
  try {
    requireResultId(id);
    return undefined;
  } catch (error) {
    return error;
  }
};

describe('requireResultId', () => {
  it.each(['a', 'x'.repeat(255), '../../etc/passwd', '__proto__', 'a b\n\u0000', 'ключ', "'; DROP TABLE x; --"])(
    'takes %j as data',
    (id) => {
      expect(errorOf(id)).toBeUndefined();
    },
  );

  it.each([[''], ['x'.repeat(256)], [null], [undefined], [7], [{}], [['a']]])('refuses %j', (id) => {
    expect(isCeleriacError(errorOf(id), 'CLR_INVALID_RESULT_ID')).toBe(true);
  });

  it('does not carry a huge id around', () => {
    expect((errorOf('x'.repeat(10_000)) as { id: string }).id).toHaveLength(255);
  });
});
