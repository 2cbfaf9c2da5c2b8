import { currentTask } from '../execute/current-task.ts';
import { checkDefinition } from '../task/check-definition.ts';
import { DefinitionPlace } from '../task/definition-place.ts';
import { lazyBase, readDefinition } from '../task/read-definition.ts';
import { sharedTasks } from '../task/shared-tasks.ts';
import { Task } from '../task/task.ts';
import type { TaskCaller } from '../task/task-caller.ts';
import type { Celeriac } from './celeriac.ts';
import { currentApp } from './current-app.ts';

/** Calls go through the app whose task is running, else through the current app. */
const caller: TaskCaller = {
  call: (...call) => callerNow().call(...call),
  apply: (...call) => callerNow().apply(...call),
  send: (...call) => callerNow().send(...call),
  applySignature: (...call) => callerNow().applySignature(...call),
  elect: (...call) => callerNow().elect(...call),
  freezeSignature: (...call) => callerNow().freezeSignature(...call),
};

function callerNow(): TaskCaller {
  return (currentTask()?.caller as TaskCaller | undefined) ?? currentApp()['~caller'];
}

/**
 * Defines a task for every app of this process, those included that are made later: for libraries that do not know the
 * app. One that an app defines by the same name stands.
 * @returns a handle that sends through the app whose task is running, else through {@link currentApp}
 * @throws as `app.task`
 * @see celery/app/__init__.py shared_task
 */
export const sharedTask: Celeriac['task'] = ((name: string, ...rest: readonly unknown[]) => {
  const { makeBase, ...defined } = readDefinition(name, rest, new DefinitionPlace(sharedTask));
  const base = makeBase && lazyBase({ name: '' }, () => new makeBase());
  const task = { ...defined, base };
  checkDefinition(name, task, sharedTasks);
  sharedTasks.set(name, task);
  return new Task(name, task.run, caller);
}) as Celeriac['task'];
