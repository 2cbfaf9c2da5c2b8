import type { Logger, LogLevel } from '@celeriac/protocol';

/**
 * The log of a running task: adds `task_name` and `task_id` to every line, which a text log puts in front of it.
 * @see celery/app/log.py TaskFormatter
 */
export class TaskLogger implements Logger {
  readonly #logger: Logger;
  readonly #fields: { readonly task_name: string; readonly task_id: string };

  constructor(logger: Logger, name: string, id: string) {
    this.#logger = logger;
    this.#fields = { task_name: name, task_id: id };
  }

  debug(message: string, fields?: Record<string, unknown>): void {
    if (this.#logger.isEnabled('debug')) this.#logger.debug(message, { ...fields, ...this.#fields });
  }

  info(message: string, fields?: Record<string, unknown>): void {
    if (this.#logger.isEnabled('info')) this.#logger.info(message, { ...fields, ...this.#fields });
  }

  warning(message: string, fields?: Record<string, unknown>): void {
    this.#logger.warning(message, { ...fields, ...this.#fields });
  }

  error(message: string, fields?: Record<string, unknown>): void {
    this.#logger.error(message, { ...fields, ...this.#fields });
  }

  isEnabled(level: LogLevel): boolean {
    return this.#logger.isEnabled(level);
  }
}
