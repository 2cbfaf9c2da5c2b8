import { execFileSync } from 'node:child_process';
import { DEFAULT_LIMITS, type MessageLimits } from '@celeriac/protocol';
import { useCelery } from '@celeriac/tooling/services';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { yamlSerializer } from './yaml-serializer.ts';

const decode = (text: string, limits: Partial<MessageLimits> = {}): unknown =>
  yamlSerializer.decode(Buffer.from(text), { ...DEFAULT_LIMITS, ...limits });
const refused = (message: RegExp) =>
  expect.objectContaining({ code: 'CLR_DECODE', message: expect.stringMatching(message) });

describe('reading', () => {
  test('takes plain values in any style', () => {
    expect(decode('- 1\n- two: [3.5, ~]\n  yes: "no"\n- 18446744073709551617\n')).toEqual([
      1,
      { two: [3.5, null], yes: 'no' },
      18446744073709551617n,
    ]);
    expect(decode('')).toBe(null);
  });

  test('keys are data, whatever they are called', () => {
    const value = decode('{"__proto__": {"polluted": 1}, "constructor": 2}') as object;
    expect(Object.keys(value)).toEqual(['__proto__', 'constructor']);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test('what Python writes twice is two things', () => {
    const value = decode('a: &id001 [1]\nb: *id001\n') as { a: number[]; b: number[] };
    expect(value).toEqual({ a: [1], b: [1] });
    expect(value.a).not.toBe(value.b);
  });

  test.each([
    ['a tag of JavaScript', '!!js/function "function () {}"', /tags/],
    ['a tag of Python', '!!python/object/apply:os.system ["true"]', /tags/],
    ['any other tag', '!mine {a: 1}', /tags/],
    ['a map as key', '{? {a: 1} : 2}', /key/],
    ['two documents', 'a: 1\n---\nb: 2\n', /not valid/],
    ['a merge of maps', 'a: &a {x: 1}\nb: {<<: *a, <<: *a}\n', /not valid/],
    ['too many levels', '['.repeat(30) + ']'.repeat(30), /levels/],
    ['very many levels', '['.repeat(50_000), /deep|valid|levels/],
  ])('refuses %s', (_, text, message) => {
    expect(() => decode(text, { maxDepth: 20 })).toThrow(refused(message));
  });

  test('refuses an alias bomb, at once (M28)', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
    for (let level = 1; level < 9; level++) {
      const aliases = Array.from({ length: 9 }, () => `*a${level - 1}`);
      lines.push(`a${level}: &a${level} [${aliases.join(', ')}]`);
    }
    const start = performance.now();
    expect(() => decode(lines.join('\n'))).toThrow(refused(/aliases/));
    expect(performance.now() - start).toBeLessThan(5000);
  });
});

const celery = await useCelery();
const ECHO = `
import json, sys, yaml
values = [yaml.safe_load(text) for text in json.load(sys.stdin)]
print(json.dumps([values, [yaml.safe_dump(value) for value in values]]))
`;

/** What Python's reader makes of these texts, and how Python writes that. */
function python(texts: readonly string[]): readonly [values: unknown[], written: string[]] {
  const program = celery.skipped === undefined ? celery.python : '';
  const output = execFileSync(program, ['-I', '-c', ECHO], { input: JSON.stringify(texts), encoding: 'utf8' });
  return JSON.parse(output) as [unknown[], string[]];
}

test.skipIf(celery.skipped !== undefined)('Python reads what we write, and we what it writes', () => {
  const leaf = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 20 }).filter((text) => text.isWellFormed()),
    fc.constantFrom(
      'yes',
      'no',
      '~',
      '1:30',
      '2026-01-01',
      '0o7',
      '08',
      '1e3',
      '1.5e300',
      '.5',
      '+1',
      '1_000',
      '<<',
      '=',
      '# x',
      '- y',
      'a: b',
      '\u0085\u2028',
    ),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
    fc.constantFrom(1e21, -1e-7, 1.5e300),
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      leaf,
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(fc.string(), tie('value')),
    ),
  }));
  const values = fc.sample(value, 400);
  const [read, written] = python(values.map((one) => Buffer.from(yamlSerializer.encode(one)).toString('utf8')));
  // What is whole is an integer to Python, however large; and a zero has its sign only there.
  const json = (one: unknown): unknown =>
    JSON.parse(JSON.stringify(one, (_key, item: unknown) => (typeof item === 'bigint' ? Number(item) : item)));
  expect(json(read)).toEqual(json(values));
  expect(written.map((text) => json(decode(text)))).toEqual(json(values));
});
