import type { SignatureJson } from '@celeriac/protocol';
import { expect, test } from 'vitest';
import { chordSize } from './chord-size.ts';

const make = (kind: SignatureJson['subtask_type'], kwargs: SignatureJson['kwargs']): SignatureJson => ({
  task: `celery.${kind}`,
  args: [],
  kwargs,
  options: {},
  subtask_type: kind,
  immutable: false,
});
const task = make(null, {});
const group = (...tasks: SignatureJson[]) => make('group', { tasks });
const chain = (...tasks: SignatureJson[]) => make('chain', { tasks });
const chord = (body: SignatureJson) => make('chord', { header: [task, task, task], body });

test.each([
  ['a task', task, 1],
  ['a group counts its members', group(task, task, task), 3],
  ['nested groups add up', group(task, group(task, task)), 3],
  ['a chain counts its end', chain(task, group(task, task)), 2],
  ['an empty tail reports nothing', chain(task, group()), 1],
  ['a chord counts its body', chord(group(task, task)), 2],
  ['an empty group', group(), 0],
])('%s', (_, signature, size) => {
  expect(chordSize(signature)).toBe(size);
});
