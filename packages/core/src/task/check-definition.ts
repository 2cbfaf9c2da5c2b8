import { ConfigurationError } from '../settings/configuration-error.ts';
import { checkTaskOptions, isGeneratorFunction } from './check-task-options.ts';
import type { DefinedTask } from './defined-task.ts';
import { DuplicateTaskError } from './duplicate-task-error.ts';
import { checkTaskName } from './invalid-task-name-error.ts';
import { parameterList } from './parameter-list.ts';

/**
 * Refuses a definition that could never work.
 * @param known - the definitions there are
 * @throws {InvalidTaskNameError} | @throws {DuplicateTaskError} | @throws {ConfigurationError} for options that cannot be
 */
export function checkDefinition(name: string, task: DefinedTask, known: ReadonlyMap<string, DefinedTask>): void {
  checkTaskName(name);
  const other = known.get(name);
  if (other !== undefined) throw new DuplicateTaskError(name, placeText(other), placeText(task));
  checkTaskOptions(`task "${name}"`, task.options ?? {});
  if (isGeneratorFunction(task.run)) throw generatorRefused(name);
  if (Array.isArray(task.parameters)) parameterList(name, task.parameters, task.run, task.bind ?? false);
}

function generatorRefused(task: string): ConfigurationError {
  return new ConfigurationError(`The function of task "${task}"`, 'is a generator, whose values nobody would read', {
    hint: 'Return a list, or send another task for each value.',
  });
}

function placeText({ place }: DefinedTask): string {
  return place?.toString() ?? 'an unknown place';
}
