import type { RegisteredTask } from '../task/registered-task.ts';

/** The arguments do not fit the task; worded as Python words it, since a Python caller reads it. */
export class ArgumentError extends TypeError {
  readonly code = 'CLR_ARGUMENTS';
  readonly task: string;

  constructor(task: string, message: string) {
    super(message);
    this.name = 'TypeError';
    this.task = task;
  }
}

type Kwargs = { readonly [name: string]: unknown };

/**
 * The positional arguments of a task's function, with keyword arguments put in their places by `parameters`.
 * @throws {ArgumentError} for missing, surplus, unknown or doubled arguments
 */
export function bindArguments(task: RegisteredTask, args: readonly unknown[], kwargs: Kwargs): readonly unknown[] {
  const names = Object.keys(kwargs);
  const { parameters } = task;
  if (parameters === 'any') return args;
  if (parameters === undefined) {
    if (names.length === 0) return args;
    throw new ArgumentError(
      task.name,
      `${shortName(task)}() got an unexpected keyword argument '${names[0]}' (the task declares no parameters)`,
    );
  }
  if (names.length === 0 && args.length === parameters.length) return args;
  if (args.length > parameters.length)
    throw new ArgumentError(task.name, surplusText(task, parameters.length, args.length));
  const bound: unknown[] = [...args];
  for (const name of names) {
    const index = parameters.indexOf(name);
    if (index < 0)
      throw new ArgumentError(task.name, `${shortName(task)}() got an unexpected keyword argument '${name}'`);
    if (index < args.length)
      throw new ArgumentError(task.name, `${shortName(task)}() got multiple values for argument '${name}'`);
    bound[index] = kwargs[name];
  }
  checkMissing(task, parameters, args.length, kwargs);
  return bound;
}

function checkMissing(task: RegisteredTask, parameters: readonly string[], given: number, kwargs: Kwargs): void {
  const missing = parameters
    .slice(0, task.required)
    .filter((name, index) => index >= given && !Object.hasOwn(kwargs, name));
  if (missing.length === 0) return;
  const quoted = missing.map((name) => `'${name}'`);
  const list = quoted.length < 3 ? quoted.join(' and ') : `${quoted.slice(0, -1).join(', ')}, and ${quoted.at(-1)}`;
  const noun = missing.length === 1 ? 'argument' : 'arguments';
  throw new ArgumentError(
    task.name,
    `${shortName(task)}() missing ${missing.length} required positional ${noun}: ${list}`,
  );
}

function surplusText(task: RegisteredTask, takes: number, given: number): string {
  const noun = takes === 1 ? 'argument' : 'arguments';
  return `${shortName(task)}() takes ${takes} positional ${noun} but ${given} ${given === 1 ? 'was' : 'were'} given`;
}

function shortName(task: RegisteredTask): string {
  return task.name.slice(task.name.lastIndexOf('.') + 1);
}
