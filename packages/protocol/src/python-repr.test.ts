import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { argsRepr, kwargsRepr, pythonRepr } from './python-repr.ts';

describe("reprs in Python's notation", () => {
  it.each<[readonly unknown[], string]>([
    [[], '()'],
    [[1], '(1,)'],
    [[1, 'two', null, undefined, true, false], "(1, 'two', None, None, True, False)"],
    [["it's"], "('it\\'s',)"],
    [[1.5, 1e-7, 0.00001, 1e21, -0, 2n ** 70n], '(1.5, 1e-07, 1e-05, 1e+21, -0.0, 1180591620717411303424)'],
    [[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY], '(nan, inf, -inf)'],
    [[[[[[1]]]]], '([[[...]]],)'],
    [[{ a: { b: { c: 1 } } }], "({'a': {'b': {...}}},)"],
    [[new Map<unknown, unknown>([[1, 'x']])], "({1: 'x'},)"],
    [
      [new Date(Date.UTC(2020, 1, 29, 1, 2, 3, 4))],
      '(datetime.datetime(2020, 2, 29, 1, 2, 3, 4000, tzinfo=datetime.timezone.utc),)',
    ],
    [[new Date(Date.UTC(2020, 1, 29))], '(datetime.datetime(2020, 2, 29, 0, 0, tzinfo=datetime.timezone.utc),)'],
    [[new RangeError('no')], "(RangeError('no'),)"],
    [[() => 1, Symbol('s'), new (class Point {})()], '(<function >, <symbol>, <Point>)'],
  ])('shows arguments %#', (args, text) => {
    expect(argsRepr(args)).toBe(text);
  });

  it('shows keyword arguments', () => {
    expect(kwargsRepr({})).toBe('{}');
    expect(kwargsRepr({ a: 1, "b'": [] })).toBe("{'a': 1, 'b\\'': []}");
  });

  it('stays near the limit for values of any size and shape, cycles and wide lists among them', () => {
    const cycle: unknown[] = [];
    cycle.push(cycle, 'x'.repeat(1e6), cycle);
    fc.assert(
      fc.property(fc.anything({ withDate: true, withMap: true, withSet: true, withBigInt: true }), (value) => {
        expect(argsRepr([value, cycle]).length).toBeLessThan(1100);
      }),
    );
    expect(pythonRepr(Array.from({ length: 1e5 }, (_, index) => index)).length).toBeLessThan(1100);
  });

  it('takes the quick way only where the long way says the same', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), fc.double(), fc.boolean(), fc.constant(null)), { maxLength: 8 }),
        (args) => {
          const items = args.map((item) => pythonRepr(item)).join(', ');
          expect(argsRepr(args)).toBe(args.length === 1 ? `(${items},)` : `(${items})`);
        },
      ),
    );
  });

  it('never cuts a character in two', () => {
    for (let limit = 1; limit < 12; limit++) expect(pythonRepr('😀'.repeat(10), limit).isWellFormed()).toBe(true);
  });
});
