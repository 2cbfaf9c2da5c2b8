import { type AsyncResult, Celeriac, type GroupResult } from '@celeriac/core';
import { chain } from './chain.ts';
import { chord } from './chord.ts';
import { chunks } from './chunks.ts';
import { group } from './group.ts';
import { map, starmap } from './map.ts';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function expectTrue<_Claim extends true>(): void {}

const app = new Celeriac('types');
const add = app.task('add', (x: number, y: number) => x + y);
const upper = app.task('upper', (text: string) => text.toUpperCase());
const sum = app.task('sum', (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0));
const pair = app.task('pair', ([name, count]: readonly [string, number]) => `${name} ${count}`);
const nothing = app.task('nothing', () => {});
const rows = app.task('rows', () => [{ id: 1 }]);

// Chains: each step can take what the one before gives.
const added = await chain(add.s(1, 2), add.s(3), add.s(4)).delay();
expectTrue<Equal<typeof added, AsyncResult<number>>>();
const value = await added.get();
expectTrue<Equal<typeof value, number>>();
// @ts-expect-error a number meets a string
chain(add.s(1, 2), upper.s());
// @ts-expect-error the step has all its arguments already
chain(add.s(1, 2), add.s(1, 2));
// @ts-expect-error the step lacks two arguments
chain(add.s(1, 2), add.s());
chain(add.s(1, 2), upper.si('x'), nothing.si(), rows.si());
// @ts-expect-error deep inside too
chain(add.s(1, 2), add.s(1), add.s(1), upper.s(), upper.s());
chain(nothing.s(), app.signature('elsewhere'), upper.s());
// @ts-expect-error a chain has steps
chain();
// @ts-expect-error no signature
chain(add.s(1, 2), add);

// Partials know what they lack.
const lacking = chain(add.s(1), add.s(2));
await lacking.delay(3);
// @ts-expect-error one argument is missing
await lacking.delay();
// @ts-expect-error and it is a number
await lacking.delay('3');
await add.s(2).delay(1);
// @ts-expect-error the second argument is a number
add.s('x');
// @ts-expect-error there is no third
add.s(1, 2, 3);
await add.s().delay(1, 2);
await nothing.s().delay();

// pipe is the same.
const piped = add
  .s(1, 2)
  .pipe(add.s(1))
  .pipe(group(add.s(1), upper.si('x')))
  .pipe(app.foreign<[[number, string]], boolean>('both').s());
const both = await (await piped.delay()).get();
expectTrue<Equal<typeof both, boolean>>();
// @ts-expect-error a number meets a string
add.s(1, 2).pipe(upper.s());

// Groups: a tuple for members that are written out, a list for the rest.
const grouped = await group(add.s(1, 2), upper.s('x')).delay();
expectTrue<Equal<typeof grouped, GroupResult<[number, string]>>>();
const values = await grouped.get();
expectTrue<Equal<typeof values, [number, string]>>();
const many = group([1, 2, 3].map((n) => add.s(n, n)));
expectTrue<Equal<Awaited<ReturnType<typeof many.delay>>, GroupResult<number[]>>>();
await group(add.s(1), add.s(2)).delay(3);
// @ts-expect-error both members lack a number
await group(add.s(1), add.s(2)).delay();
await group(add.s(1), upper.si('x')).delay(3);

// A group in a chain: the next step gets the tuple; one member stands for itself.
const joined = chain(group(add.s(1, 2), add.s(3, 4)), sum.s());
expectTrue<Equal<Awaited<ReturnType<typeof joined.delay>>, AsyncResult<number>>>();
chain(group(upper.s('a'), add.s(1, 2)), pair.s());
// @ts-expect-error the tuple is the other way round
chain(group(add.s(1, 2), upper.s('a')), pair.s());
chain(group(add.s(1, 2)), add.s(3));
chain(group([add.s(1, 2)]), sum.s());
// @ts-expect-error a list of one is a list
chain(group([add.s(1, 2)]), add.s(3));
const ends = chain(add.s(1, 2), group(add.s(1), add.s(2)));
expectTrue<Equal<Awaited<ReturnType<typeof ends.delay>>, GroupResult<[number, number]>>>();

// Chords.
const chorded = chord([add.s(1, 2), add.s(3, 4)], sum.s());
expectTrue<Equal<Awaited<ReturnType<typeof chorded.delay>>, AsyncResult<number>>>();
chord([upper.s('a'), add.s(1, 2)], pair.s());
// @ts-expect-error the body takes a string and a number
chord([add.s(1, 2), add.s(3, 4)], pair.s());
chord(group(add.s(1, 2), add.s(3, 4)), chain(sum.s(), add.s(1)));
// @ts-expect-error the body's first step takes a string
chord(group(add.s(1, 2), add.s(3, 4)), chain(upper.s(), upper.s()));
chord(many, sum.s());
await chord([add.s(1), add.s(2)], sum.s()).delay(3);
// @ts-expect-error the header lacks a number
await chord([add.s(1), add.s(2)], sum.s()).delay();
const nested = chord([chord([add.s(1, 2), add.s(3, 4)], sum.s()), add.s(5, 6)], sum.s());
expectTrue<Equal<Awaited<ReturnType<typeof nested.delay>>, AsyncResult<number>>>();

// Groups within a header, or at the end of one of its chains, stand there one by one.
const three = app.task('three', ([a, b, c]: readonly [number, string, number]) => a + b + c);
chord([add.s(1, 2), group(upper.s('a'), add.s(1, 2))], three.s());
chord(group(add.s(1, 2), group(upper.s('a'), group([add.s(1, 2)]))), three.s());
chord([add.s(1, 2), chain(upper.s('a'), group(upper.s(), add.si(1, 2)))], three.s());
chain(group(add.s(1, 2), group(upper.s('a'), add.s(1, 2))), three.s());
group(add.s(1, 2), group(upper.s('a'), add.s(1, 2))).pipe(three.s());
// @ts-expect-error the body gets three values
chord([add.s(1, 2), group(upper.s('a'), add.s(1, 2))], pair.s());
const inside = group(add.s(1, 2), group(upper.s('a'), add.s(1, 2)));
expectTrue<Equal<Awaited<ReturnType<typeof inside.delay>>, GroupResult<[number, [string, number]]>>>();
chord(add.s(1, 2), sum.s());
chord([add.s(1, 2), app.signature('elsewhere')], sum.s());
// @ts-expect-error what is known is checked
chord([upper.s('a'), app.signature('elsewhere')], sum.s());
// @ts-expect-error a header of one gives a list of one
chord(add.s(1, 2), add.s(1));

// Maps and chunks.
const mapped = map(upper, ['a', 'b']);
expectTrue<Equal<Awaited<ReturnType<typeof mapped.delay>>, AsyncResult<string[]>>>();
map(add.s(2), [1, 2]);
// @ts-expect-error the items are texts
map(upper, [1, 2]);
starmap(add, [[1, 2]]);
// @ts-expect-error two arguments each
starmap(add, [[1]]);
const chunked = await chunks(add, [[1, 2]], 10).delay();
expectTrue<Equal<typeof chunked, GroupResult<number[][]>>>();
chain(map(upper, ['a']), app.foreign<[string[]], number>('count').s());

// Twenty steps, twenty members; a mistake in the last one is found.
const one = add.s(1);
chain(add.s(1, 2), one, one, one, one, one, one, one, one, one, one, one, one, one, one, one, one, one, one, one);
// @ts-expect-error the twentieth step takes a string
chain(add.s(1, 2), one, one, one, one, one, one, one, one, one, one, one, one, one, one, one, one, one, one, upper.s());
const t = upper.s('x');
const n = add.s(1, 2);
const wide = group(n, t, n, t, n, t, n, t, n, t, n, t, n, t, n, t, n, t, n, t);
const twenty = await (await wide.delay()).get();
expectTrue<Equal<(typeof twenty)['length'], 20>>();
expectTrue<Equal<(typeof twenty)[19], string>>();
