import { CHORD_ERROR, type ExceptionInfo, pythonRepr } from '@celeriac/protocol';

/** The exception of a chord's body when a header task failed. @see celery/backends/base.py on_chord_part_return */
export function dependencyFailed(taskId: string, exception: ExceptionInfo): ExceptionInfo {
  return { ...CHORD_ERROR, exc_message: [`Dependency ${taskId} raised ${exceptionRepr(exception)}`] };
}

/** The exception of a chord's body when what its header reported is gone. */
export function joinStateLost(groupId: string): ExceptionInfo {
  return { ...CHORD_ERROR, exc_message: [`The join state of chord ${groupId} has expired or was lost`] };
}

/** `ValueError('boom')`: an exception as Python's repr shows it. */
export function exceptionRepr(exception: ExceptionInfo): string {
  const args = typeof exception.exc_message === 'string' ? [exception.exc_message] : exception.exc_message;
  return `${exception.exc_type}(${args.map((arg) => pythonRepr(arg)).join(', ')})`;
}
