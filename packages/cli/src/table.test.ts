import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyValueLines } from './key-value-lines.ts';
import { formatTable } from './table.ts';

describe('formatTable', () => {
  it('aligns columns by their widest cell', () => {
    const text = formatTable(
      [{ title: 'QUEUE' }, { title: 'MESSAGES', align: 'right' }],
      [
        ['celery', '12'],
        ['a-long-name', '3'],
      ],
    );
    expect(text).toBe(['QUEUE        MESSAGES', 'celery             12', 'a-long-name         3'].join('\n'));
  });

  it('shows titles only when there are no rows', () => {
    expect(formatTable([{ title: 'A' }, { title: 'B' }], [])).toBe('A  B');
  });

  it('counts wide characters as two', () => {
    expect(
      formatTable(
        [{ title: 'A' }, { title: 'B' }],
        [
          ['漢字', 'x'],
          ['abcd', 'y'],
        ],
      ),
    ).toBe('A     B\n漢字  x\nabcd  y');
  });

  it('prints one line for each row, whatever the cells', () => {
    const cell = fc.string().map((text) => text.replace(/[\n\r\u2028\u2029]/g, ''));
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell)), (rows) => {
        expect(formatTable([{ title: 'A' }, { title: 'B' }], rows).split('\n')).toHaveLength(rows.length + 1);
      }),
    );
  });
});

describe('keyValueLines', () => {
  it('aligns values and indents', () => {
    expect(
      keyValueLines(
        [
          ['a', '1'],
          ['long', '2'],
          ['b', ''],
        ],
        2,
      ),
    ).toBe('  a     1\n  long  2\n  b');
  });
});
