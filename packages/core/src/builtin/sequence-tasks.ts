import { parseSignature, type SignatureJson } from '@celeriac/protocol';
import { bindArguments } from '../execute/bind-arguments.ts';
import type { AppRuntime } from '../runtime/app-runtime.ts';
import type { TaskContext } from '../task/task-context.ts';
import type { BuiltinTask } from './builtin-task.ts';
import { NotRegisteredError } from './not-registered-error.ts';

/** Runs a task for every item, one after the other, in one message. @see celery/app/builtins.py add_map_task */
export const mapTask: BuiltinTask = {
  name: 'celery.map',
  parameters: ['task', 'it'],
  run: (runtime, context, task, items) =>
    runEach(
      runtime,
      context,
      task,
      list(items, 'it').map((item) => [item]),
    ),
};

/** As `celery.map`, with a list of arguments for each run. @see celery/app/builtins.py add_starmap_task */
export const starmapTask: BuiltinTask = {
  name: 'celery.starmap',
  parameters: ['task', 'it'],
  run: (runtime, context, task, items) =>
    runEach(
      runtime,
      context,
      task,
      list(items, 'it').map((item) => list(item, 'it')),
    ),
};

/** Sends one `celery.starmap` for every `n` items. @see celery/app/builtins.py add_chunk_task */
export const chunksTask: BuiltinTask = {
  name: 'celery.chunks',
  parameters: ['task', 'it', 'n'],
  options: { trail: true },
  async run(runtime, _context, task, items, size) {
    const all = list(items, 'it');
    if (typeof size !== 'number' || !Number.isInteger(size) || size < 1)
      throw new RangeError(`n must be a whole number of at least 1, not ${String(size)}`);
    const tasks: SignatureJson[] = [];
    for (let from = 0; from < all.length; from += size) {
      tasks.push({
        task: 'celery.starmap',
        args: [],
        kwargs: { task, it: all.slice(from, from + size) },
        options: {},
        subtask_type: null,
        immutable: true,
      });
    }
    const group: SignatureJson = {
      task: 'celery.group',
      args: [],
      kwargs: { tasks },
      options: {},
      subtask_type: 'group',
      immutable: false,
    };
    const [result] = await runtime.publisher.applySignatures([{ signature: group }]);
    return result;
  },
};

/** Gives back its arguments, or one of them: the body of a group that replaced a task. @see celery/app/builtins.py add_accumulate_task */
export const accumulateTask: BuiltinTask = {
  name: 'celery.accumulate',
  parameters: 'any',
  run: (_runtime, context) => {
    const { args, kwargs } = context.request;
    const index = kwargs['index'];
    return typeof index === 'number' ? args[index] : args;
  },
};

async function runEach(
  runtime: AppRuntime,
  context: TaskContext,
  task: unknown,
  calls: readonly (readonly unknown[])[],
): Promise<unknown[]> {
  const signature = parseSignature(task, 'task');
  const registered = runtime.tasks.get(signature.task);
  if (registered === undefined) throw new NotRegisteredError(signature.task);
  const results: unknown[] = [];
  for (const args of calls) {
    const bound = bindArguments(registered, args, {});
    results.push(await (registered.bind ? registered.run(context, ...bound) : registered.run(...bound)));
  }
  return results;
}

function list(value: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(value))
    throw new TypeError(`${name} must be a list, not ${value === null ? 'null' : typeof value}`);
  return value as readonly unknown[];
}
