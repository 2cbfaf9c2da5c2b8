import type { SignatureJson } from '@celeriac/protocol';
import { describe, expect, test } from 'vitest';
import { planSignature } from './plan-signature.ts';

const task = (name: string, args: readonly unknown[] = [], options = {}): SignatureJson => ({
  task: name,
  args,
  kwargs: {},
  options,
  subtask_type: null,
  immutable: false,
});
const group = (...tasks: readonly SignatureJson[]): SignatureJson => ({
  ...task('celery.group'),
  kwargs: { tasks },
  subtask_type: 'group',
});
const chain = (...tasks: readonly SignatureJson[]): SignatureJson => ({
  ...task('celery.chain'),
  kwargs: { tasks },
  subtask_type: 'chain',
});
const chord = (header: readonly SignatureJson[], body: SignatureJson): SignatureJson => ({
  ...task('celery.chord'),
  kwargs: { kwargs: {}, header, body },
  subtask_type: 'chord',
});

function counter(): () => string {
  let count = 0;
  return () => `id${++count}`;
}

const plan = (signature: SignatureJson, more = {}) => planSignature({ signature, ...more }, { newId: counter() });
const names = (signatures: unknown) => (signatures as readonly SignatureJson[]).map((signature) => signature.task);

describe('planSignature', () => {
  test('a task gets the new arguments before its own and one id', () => {
    const { calls, result } = plan(task('add', [2]), { args: [1] });
    expect(calls).toEqual([{ name: 'add', args: [1, 2], kwargs: {}, options: { task_id: 'id1' } }]);
    expect(result).toEqual([['id1', null], null]);
  });

  test('an immutable task ignores what is handed to it', () => {
    expect(plan({ ...task('add', [2]), immutable: true }, { args: [1] }).calls[0]?.args).toEqual([2]);
  });

  test('an id that the caller chose is kept', () => {
    expect(plan(task('add'), { options: { task_id: 'mine' } }).calls[0]?.options['task_id']).toBe('mine');
  });

  test('a chain sends its first step, the others travel reversed', () => {
    const { calls, result } = plan(chain(task('a'), task('b'), task('c')), { args: [1] });
    expect(calls).toHaveLength(1);
    expect(calls[0]).toMatchObject({ name: 'a', args: [1] });
    expect(names(calls[0]?.options['chain'])).toEqual(['c', 'b']);
    expect(result).toEqual([['id3', [['id2', [['id1', null], null]], null]], null]);
  });

  test('nested chains are flattened', () => {
    const { calls } = plan(chain(task('a'), chain(task('b'), task('c')), task('d')));
    expect(names(calls[0]?.options['chain'])).toEqual(['d', 'c', 'b']);
  });

  test('steps that still wait come after the chain that is inserted', () => {
    const { calls } = plan(chain(task('a'), task('b')), { options: { chain: [task('z'), task('y')] } });
    expect(names(calls[0]?.options['chain'])).toEqual(['z', 'y', 'b']);
  });

  test('links of a chain go to its last step, errbacks to every step', () => {
    const { calls } = plan({ ...chain(task('a'), task('b')), options: { link: [task('l')], link_error: [task('e')] } });
    const last = (calls[0]!.options['chain'] as SignatureJson[])[0]!;
    expect(names(last.options['link'])).toEqual(['l']);
    expect(names(last.options['link_error'])).toEqual(['e']);
    expect(names(calls[0]?.options['link_error'])).toEqual(['e']);
    expect(calls[0]?.options['link']).toBeUndefined();
  });

  test('a group sends every member with the same arguments and group id', () => {
    const { calls, result } = plan(group(task('a', ['x']), task('b')), { args: [1] });
    expect(calls.map(({ name, args }) => [name, args])).toEqual([
      ['a', [1, 'x']],
      ['b', [1]],
    ]);
    expect(new Set(calls.map((call) => call.options['group_id']))).toEqual(new Set(['id3']));
    expect(result).toEqual([
      ['id3', null],
      [
        [['id1', null], null],
        [['id2', null], null],
      ],
    ]);
  });

  test('a group followed by a step becomes a chord', () => {
    const { calls, chords } = plan(chain(group(task('a'), task('b')), task('sum'), task('after')));
    expect(calls.map((call) => call.name)).toEqual(['a', 'b']);
    expect(chords).toHaveLength(1);
    expect(chords[0]).toMatchObject({ size: 2, body: { task: 'sum' } });
    expect(names(chords[0]?.body.options['chain'])).toEqual(['after']);
  });

  test('a group with steps still waiting becomes a chord too', () => {
    const { chords, calls } = plan(group(task('a'), task('b')), {
      options: { chain: [task('last'), task('sum', [], { task_id: 'sum' })] },
    });
    expect(chords[0]).toMatchObject({ size: 2, body: { task: 'sum', options: { task_id: 'sum' } } });
    expect(names(chords[0]?.body.options['chain'])).toEqual(['last']);
    expect(calls).toHaveLength(2);
  });

  test('a chord numbers its header and gives every member the frozen body', () => {
    const { calls, chords, result } = plan(chord([task('a'), task('b')], task('sum')));
    expect(calls.map((call) => [call.options['group_index'], call.options['group_id']])).toEqual([
      [0, 'id1'],
      [1, 'id1'],
    ]);
    expect(calls.every((call) => (call.options['chord'] as SignatureJson).options['task_id'] === 'id4')).toBe(true);
    expect(chords[0]?.size).toBe(2);
    expect(result[0][0]).toBe('id4');
  });

  test('only the last step of a chain in a header reports to the chord', () => {
    const { calls } = plan(chord([chain(task('a'), task('b'))], task('sum')));
    expect(calls[0]?.options['chord']).toBeUndefined();
    const last = (calls[0]!.options['chain'] as SignatureJson[])[0]!;
    expect(last.options).toMatchObject({ group_index: 0, chord: { task: 'sum' } });
  });

  test('groups inside a header are flattened in order', () => {
    const { calls, chords } = plan(chord([task('a'), group(task('b'), task('c'))], task('sum')));
    expect(calls.map((call) => call.name)).toEqual(['a', 'b', 'c']);
    expect(chords[0]?.size).toBe(3);
  });

  test('an inner chord reports to the outer one through its body', () => {
    const { chords } = plan(chord([chord([task('a'), task('b')], task('inner')), task('c')], task('outer')));
    expect(chords.map((one) => [one.body.task, one.size])).toEqual([
      ['outer', 2],
      ['inner', 2],
    ]);
    expect(chords[1]?.body.options['chord']).toMatchObject({ task: 'outer' });
  });

  test('an empty header calls the body with an empty list', () => {
    const { calls, chords } = plan(chord([], task('sum')));
    expect(chords).toEqual([]);
    expect(calls[0]).toMatchObject({ name: 'sum', args: [[]] });
  });

  test('a frozen signature keeps its ids', () => {
    const frozen = chain(task('a', [], { task_id: '1' }), task('b', [], { task_id: '2' }));
    expect(plan(frozen).result).toEqual([['2', [['1', null], null]], null]);
  });
});
