import { isRecord } from '@celeriac/protocol/basics';
import { ConfigurationError, shownValue } from '../settings/configuration-error.ts';
import { checkTaskOptions } from './check-task-options.ts';
import type { TaskAnnotation, TaskAnnotations } from './task-options.ts';

/** A task's code and handlers by name, which annotations may put something around. */
export type Around = Map<string, (...args: never[]) => unknown>;

const METHODS: ReadonlySet<string> = new Set([
  'run',
  'beforeStart',
  'onSuccess',
  'onFailure',
  'onRetry',
  'afterReturn',
  'shadowName',
]);

/**
 * What annotations say about a task: the later ones win, those by its name over those for all (`*`) of the same object.
 * @returns options, and wrappers by the name of what they go around
 * @throws {ConfigurationError} for options that there are not, or an annotation that cannot be
 * @see celery/app/annotations.py resolve_all
 */
export function annotationsOf(task: string, annotations: TaskAnnotations | undefined): readonly TaskAnnotation[] {
  if (annotations === undefined) return [];
  const list = Array.isArray(annotations) ? annotations : [annotations];
  return list.flatMap((annotation, index) => {
    if (isAnnotator(annotation)) return annotation.annotate({ name: task }) ?? [];
    if (!isRecord(annotation)) {
      throw new ConfigurationError(`taskAnnotations[${index}]`, `must be an object, got ${shownValue(annotation)}`);
    }
    const map = annotation as { readonly [name: string]: TaskAnnotation };
    return ['*', task].flatMap((name) => (Object.hasOwn(map, name) ? checked(name, map[name]) : []));
  });
}

/** Puts wrappers (`'@run': (run) => …`) around the code and the handlers of a task. */
export function wrapAround(task: string, annotation: TaskAnnotation, around: Around): void {
  for (const [key, wrap] of Object.entries(annotation)) {
    if (!key.startsWith('@')) continue;
    const name = key === '@__call__' ? 'run' : key.slice(1);
    if (!METHODS.has(name) || typeof wrap !== 'function') {
      throw new ConfigurationError(`${shownValue(key)} in taskAnnotations of "${task}"`, 'is no wrapper', {
        hint: `Write '@run': (run) => (...args) => run(...args); there are: ${[...METHODS].join(', ')}.`,
      });
    }
    const inner = around.get(name);
    if (inner !== undefined) around.set(name, (wrap as (code: unknown) => (...args: never[]) => unknown)(inner));
  }
}

/** An annotation without its wrappers: options and handlers. */
export function plainOptions(annotation: TaskAnnotation): { readonly [name: string]: unknown } {
  return Object.fromEntries(Object.entries(annotation).filter(([key]) => !key.startsWith('@')));
}

function isAnnotator(
  value: unknown,
): value is { annotate(task: { readonly name: string }): TaskAnnotation | undefined } {
  return typeof value === 'object' && value !== null && 'annotate' in value && typeof value.annotate === 'function';
}

function checked(name: string, annotation: TaskAnnotation | undefined): TaskAnnotation {
  const key = `taskAnnotations[${shownValue(name)}]`;
  if (!isRecord(annotation)) throw new ConfigurationError(key, `must be an object, got ${shownValue(annotation)}`);
  checkTaskOptions(key, plainOptions(annotation as TaskAnnotation));
  return annotation as TaskAnnotation;
}
