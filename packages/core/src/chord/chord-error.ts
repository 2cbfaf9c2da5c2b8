import { celeryExceptions, type ExceptionInfo, exceptionRepr } from '@celeriac/protocol';

/** The exception of a chord's body when a header task failed. @see celery/backends/base.py on_chord_part_return */
export function dependencyFailed(taskId: string, exception: ExceptionInfo): ExceptionInfo {
  return celeryExceptions.chordError(taskId, exceptionRepr(exception));
}

/** The exception of a chord's body when what its header reported is gone. */
export function joinStateLost(groupId: string): ExceptionInfo {
  const message = `The join state of chord ${groupId} has expired or was lost`;
  return { exc_type: 'ChordError', exc_message: [message], exc_module: 'celery.exceptions' };
}

/** The exception of a chord's body when nobody looks any more whether its header is done. */
export function joinGivenUp(groupId: string, looks: number): ExceptionInfo {
  const message = `Chord ${groupId} was not done after ${looks} looks at its header`;
  return { exc_type: 'ChordError', exc_message: [message], exc_module: 'celery.exceptions' };
}
