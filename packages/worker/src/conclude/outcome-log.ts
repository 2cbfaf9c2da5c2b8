import { escapeForLog, exceptionRepr, type Logger } from '@celeriac/protocol';
import type { Ending } from '../request/ending.ts';
import type { ReceivedTask } from '../request/received-task.ts';

/** Characters of names and reasons. */
const LONGEST = 255;

/** `tasks.add[4cc7438e-…]`, safe for a log. */
export function taskLabel({ request }: ReceivedTask): string {
  return `${escapeForLog(request.shadow ?? request.task, LONGEST)}[${escapeForLog(request.id, LONGEST)}]`;
}

/**
 * One line on how a task ended, in Celery's words. Nothing is built for a level that is off.
 * @see celery/app/trace.py, celery/worker/job.py
 */
export function logEnding(logger: Logger, received: ReceivedTask, ending: Ending): void {
  switch (ending.kind) {
    case 'success':
      if (logger.isEnabled('info')) {
        const text = ending.resultText ?? '(encoded)';
        const limit = received.task?.options.resultreprMaxsize ?? LONGEST;
        logger.info(
          `Task ${taskLabel(received)} succeeded in ${seconds(ending.runtimeMs)}s: ${escapeForLog(text, limit)}`,
        );
      }
      return;
    case 'failure':
      logFailure(logger, received, ending);
      return;
    case 'retry':
      if (logger.isEnabled('info'))
        logger.info(`Task ${taskLabel(received)} retry: ${escapeForLog(ending.reason, LONGEST)}`);
      return;
    case 'revoked':
      if (logger.isEnabled('info')) logger.info(`Discarding ${ending.reason} task: ${taskLabel(received)}`);
      return;
    case 'repeated':
      if (logger.isEnabled('info'))
        logger.info(`Task ${taskLabel(received)} has succeeded before: it is not run again`);
      return;
    case 'replace':
      if (logger.isEnabled('info')) logger.info(`Task ${taskLabel(received)} replaced`);
      return;
    case 'ignore':
      if (logger.isEnabled('info')) logger.info(`Task ${taskLabel(received)} ignored`);
      return;
    case 'reject':
      if (logger.isEnabled('info'))
        logger.info(`Task ${taskLabel(received)} rejected: ${escapeForLog(ending.reason, LONGEST)}`);
      return;
    // The quarantine has the one line for these.
    case 'unreadable':
    case 'poison':
      return;
  }
}

function logFailure(logger: Logger, received: ReceivedTask, ending: Extract<Ending, { kind: 'failure' }>): void {
  if (ending.cause === 'not-registered') return;
  if (ending.cause === 'timeout') {
    logger.error(`Hard time limit (${ending.runtimeMs / 1000}s) exceeded for ${taskLabel(received)}`);
    return;
  }
  const what = escapeForLog(exceptionRepr(ending.exception), 1024);
  if (ending.expected) {
    if (logger.isEnabled('info')) logger.info(`Task ${taskLabel(received)} raised expected: ${what}`);
    return;
  }
  if (!logger.isEnabled('error')) return;
  const fields = ending.traceback === null ? undefined : { traceback: ending.traceback };
  logger.error(`Task ${taskLabel(received)} raised unexpected: ${what}`, fields);
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(6);
}
