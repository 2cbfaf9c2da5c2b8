import { AsyncLocalStorage } from 'node:async_hooks';
import { format } from 'node:util';
import type { Logger, LogLevel } from '@celeriac/protocol';
import { currentTask } from '../execute/current-task.ts';
import { redirectWrites } from './stream-writes.ts';

const METHODS = ['log', 'info', 'debug', 'warn', 'error', 'trace'] as const;

/**
 * From now on what is written to `console` goes to a log, one line for each call, and so does what tasks write to
 * `process.stdout` and `process.stderr`. A log that itself writes to one of these gets through.
 * @returns gives `console` and both streams their own methods back
 * @see celery/app/log.py redirect_stdouts_to_logger
 */
export function redirectOutput(logger: Logger, level: LogLevel): () => void {
  const logging = new AsyncLocalStorage<true>();
  const log = (text: string): void => logging.run(true, () => logger[level](text));
  const isLogging = (): boolean => logging.getStore() === true;
  const ends = [redirectConsole(log, isLogging), ...STREAMS.map((name) => redirectStream(name, log, isLogging))];
  return () => {
    for (const end of ends) end();
  };
}

const STREAMS = ['stdout', 'stderr'] as const;

function redirectConsole(log: (text: string) => void, isLogging: () => boolean): () => void {
  const { console: target } = globalThis;
  const own = METHODS.map((name) => [name, target[name]] as const);
  for (const [name, method] of own) {
    target[name] = (...args: unknown[]): void => {
      if (isLogging()) method.apply(target, args);
      else log(format(...args));
    };
  }
  return () => {
    for (const [name, method] of own) target[name] = method;
  };
}

/** Only of tasks: whatever else a program writes there is its own business. */
function redirectStream(
  name: (typeof STREAMS)[number],
  log: (text: string) => void,
  isLogging: () => boolean,
): () => void {
  const stream = process[name];
  return redirectWrites(stream, (args, own) => {
    if (currentTask() === undefined || isLogging()) return own.apply(stream, args);
    const [chunk] = args;
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    for (const line of text.split('\n')) if (line.trim() !== '') log(line);
    const done = args.find((argument) => typeof argument === 'function') as (() => void) | undefined;
    if (done !== undefined) process.nextTick(done);
    return true;
  });
}
