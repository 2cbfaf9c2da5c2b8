import { parseSignature, type SignatureJson } from '@celeriac/protocol';
import type { BuiltinTask } from './builtin-task.ts';

/** Sends the members of a group; older clients run a group as a task. @see celery/app/builtins.py add_group_task */
export const groupTask: BuiltinTask = {
  name: 'celery.group',
  parameters: ['tasks', 'result', 'group_id', 'partial_args', 'add_to_parent'],
  async run(runtime, _context, tasks, _result, groupId, partialArgs) {
    const options = typeof groupId === 'string' ? { task_id: groupId } : {};
    const signature: SignatureJson = {
      task: 'celery.group',
      args: [],
      kwargs: { tasks: signatures(tasks, 'tasks') },
      options,
      subtask_type: 'group',
      immutable: false,
    };
    const [result] = await runtime.publisher.applySignatures([
      { signature, args: Array.isArray(partialArgs) ? partialArgs : [] },
    ]);
    return result;
  },
};

/** Sends a chord; older clients run a chord as a task. @see celery/app/builtins.py add_chord_task */
export const chordTask: BuiltinTask = {
  name: 'celery.chord',
  parameters: ['header', 'body', 'partial_args'],
  async run(runtime, _context, header, body, partialArgs) {
    const kwargs = {
      kwargs: {},
      header: Array.isArray(header) ? signatures(header, 'header') : parseSignature(header, 'header'),
      body: parseSignature(body, 'body'),
    };
    const signature: SignatureJson = {
      task: 'celery.chord',
      args: [],
      kwargs,
      options: {},
      subtask_type: 'chord',
      immutable: false,
    };
    const [result] = await runtime.publisher.applySignatures([
      { signature, args: Array.isArray(partialArgs) ? partialArgs : [] },
    ]);
    return result;
  },
};

function signatures(value: unknown, path: string): readonly SignatureJson[] {
  if (!Array.isArray(value)) throw new TypeError(`${path} must be a list of signatures`);
  return value.map((one, index) => parseSignature(one, `${path}[${index}]`));
}
