import { ConfigurationError } from '../settings/configuration-error.ts';

/** The declared names of a task's arguments. */
export interface ParameterList {
  readonly names: readonly string[];
  /** How many of them, from the first, a call must give. */
  readonly required: number;
}

/**
 * Reads declared names, of which those that may be left out end in `?`. Without such marks the arguments before the first
 * one with a default are required, as far as the function tells (`y?: T` is not in the code that runs).
 * @throws {ConfigurationError} for a required name after an optional one, and for a name that is given twice
 */
export function parameterList(
  task: string,
  declared: readonly string[],
  run: { readonly length: number },
  bind: boolean,
): ParameterList {
  const names = declared.map((name) => name.replace(/\?$/, ''));
  const optional = declared.findIndex((name) => name.endsWith('?'));
  const late = optional < 0 ? undefined : declared.slice(optional).find((name) => !name.endsWith('?'));
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (late !== undefined) throw refused(task, `"${late}" cannot be required after one that may be left out`);
  if (twice !== undefined) throw refused(task, `"${twice}" is named twice`);
  const required = Math.max(0, run.length - (bind ? 1 : 0));
  return { names, required: optional < 0 ? Math.min(required, names.length) : Math.min(required, optional) };
}

function refused(task: string, problem: string): ConfigurationError {
  return new ConfigurationError(`parameters of task "${task}"`, `cannot be: ${problem}`);
}
