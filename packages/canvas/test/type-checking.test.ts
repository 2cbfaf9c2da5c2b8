import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'canvas-types-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const HEAD = `
import { Celeriac } from '@celeriac/core';
import { chain, chord, group } from '${here('../src/index.ts')}';
const app = new Celeriac('types');
const add = app.task('add', (x: number, y: number) => x + y);
const upper = app.task('upper', (text: string) => text.toUpperCase());
const pair = app.task('pair', ([name, count]: readonly [string, number]) => name + count);
const n = add.s(1, 2);
const one = add.s(1);
`;

/** Runs the compiler. */
function compile(name: string, lines: readonly string[]) {
  const file = join(folder, `${name}.mts`);
  writeFileSync(file, `${HEAD}${lines.join('\n')}\nexport {};\n`);
  const config = join(folder, `${name}.json`);
  const base = here('../tsconfig.test.json');
  writeFileSync(
    config,
    JSON.stringify({
      extends: base,
      compilerOptions: { typeRoots: [here('../../../node_modules/@types')] },
      include: [file],
    }),
  );
  const { stdout, stderr } = spawnSync(
    here('../../../node_modules/.bin/tsc'),
    ['-p', config, '--extendedDiagnostics'],
    {
      cwd: folder,
      encoding: 'utf8',
    },
  );
  const figure = (of: string): number => Number(new RegExp(`^${of}:\\s+([\\d.]+)`, 'm').exec(stdout)?.[1]);
  const errors = stdout.split(/^(?=\S+\.mts\()/m).filter((text) => text.includes('error TS'));
  return { stdout, stderr, errors, instantiations: figure('Instantiations'), checkSeconds: figure('Check time') };
}

beforeAll(() => symlinkSync(here('../node_modules'), join(folder, 'node_modules')));

const MISTAKES = [
  ['chain(n, upper.s());', 'StepMismatch<number, [text: string]>'],
  ['chain(n, add.s(1, 2));', 'StepMismatch<number, []>'],
  ['chain(n, add.s());', 'StepMismatch<number, [x: number, y: number]>'],
  [`chain(n, ${'one, '.repeat(18)}upper.s());`, 'StepMismatch<number, [text: string]>'],
  ['n.pipe(upper.s());', 'StepMismatch<number, [text: string]>'],
  ['chord([n, n], pair.s());', 'StepMismatch<[number, number], [readonly [string, number]]>'],
  ["chain(group(n, upper.s('a')), pair.s());", 'StepMismatch<[number, string], [readonly [string, number]]>'],
  ['chord(group(n, n), chain(upper.s(), upper.s()));', 'StepMismatch<[number, number], [text: string]>'],
  ["one.delay('x');", "'string' is not assignable to parameter of type 'number'"],
  ['one.delay();', 'Expected 1 arguments, but got 0.'],
  ["add.s('x');", "Type 'string' is not assignable to type 'number'"],
] as const;

test('what the compiler says of a mistake ends with what the step gets and what it takes', () => {
  const { errors, stdout, stderr } = compile(
    'mistakes',
    MISTAKES.map(([line]) => line),
  );
  expect(stderr).toBe('');
  expect(errors, stdout).toHaveLength(MISTAKES.length);
  for (const [index, [line, says]] of MISTAKES.entries()) {
    const message = errors[index]!.split(/\n(?=\S)/, 1)[0]!.trim();
    const last = message.split('\n').at(-1)!;
    expect(last, line).toContain(says);
    if (says.startsWith('StepMismatch')) expect(last, line).toContain("'this step gets', 'but it takes'");
    expect(last.length, last).toBeLessThan(400);
    expect(message.split('\n').length, message).toBeLessThan(8);
  }
});

test('chains and groups of twenty cost the compiler little more than those of two', () => {
  const many = (count: number, size: number): readonly string[] =>
    Array.from({ length: count }, (_, at) => {
      const members = Array.from({ length: size }, (_unused, place) => ((place + at) % 2 === 0 ? 'n' : "upper.s('x')"));
      const steps = Array.from({ length: size - 1 }, () => 'one').join(', ');
      return `const g${at} = group(${members.join(', ')}); const c${at} = chain(add.s(${at}, 1), ${steps}); void [g${at}, c${at}];`;
    });
  const short = compile('short', many(20, 2));
  const long = compile('long', many(20, 20));
  expect([short.errors, long.errors]).toEqual([[], []]);
  console.log(
    `20 chains and groups of 20: ${long.instantiations} instantiations (${short.instantiations} of 2), checked in ${long.checkSeconds} s`,
  );
  // Seconds are those of the machine; what grows with a square would show here.
  expect(long.instantiations - short.instantiations).toBeLessThan(40_000);
});
