import { closest, escapeForLog, isRecord } from '@celeriac/protocol/basics';
import { ConfigurationError, shownValue } from '../settings/configuration-error.ts';
import { rateLimit } from '../settings/setting-table.ts';
import {
  amount,
  anyOf,
  flag,
  oneOf,
  orNull,
  type SettingType,
  seconds,
  shaped,
  text,
  whole,
} from '../settings/setting-type.ts';
import type { TaskOptions } from './task-options.ts';

const handler = shaped('a function', (value) => typeof value === 'function');
const anyText = shaped('text', (value) => typeof value === 'string');
const matchers = shaped(
  'a list of error classes and names',
  (value) => Array.isArray(value) && value.every((item) => typeof item === 'function' || typeof item === 'string'),
);
const limit = orNull(seconds, 'for none');
const validDate = shaped('a date', (value) => value instanceof Date && !Number.isNaN(value.getTime()));

const RULES: { readonly [option in keyof TaskOptions]-?: SettingType } = {
  maxRetries: orNull(whole(0), 'for no end'),
  defaultRetryDelay: amount('seconds', 0),
  autoretryFor: matchers,
  dontAutoretryFor: matchers,
  retryKwargs: shaped('an object of options for retry()', isRecord),
  retryBackoff: anyOf(flag, amount('seconds', 0)),
  retryBackoffMax: amount('seconds', 0),
  retryJitter: flag,
  rateLimit: orNull(rateLimit, 'for none'),
  timeLimit: limit,
  softTimeLimit: limit,
  ignoreResult: flag,
  storeErrorsEvenIfIgnored: flag,
  trackStarted: flag,
  acksLate: flag,
  acksOnFailureOrTimeout: flag,
  acksOnFailure: orNull(flag, 'for acksOnFailureOrTimeout'),
  acksOnTimeout: orNull(flag, 'for acksOnFailureOrTimeout'),
  rejectOnWorkerLost: flag,
  serializer: orNull(text, 'for the setting'),
  compression: orNull(text, 'for the setting'),
  throws: matchers,
  trail: flag,
  sendEvents: flag,
  expires: orNull(anyOf(amount('seconds', 0), validDate, text), 'for never'),
  priority: orNull(whole(0, 255), 'for the setting'),
  queue: orNull(text, 'for the setting'),
  exchange: orNull(anyText, 'for the setting'),
  routingKey: orNull(anyText, 'for the setting'),
  deliveryMode: orNull(oneOf(1, 2), 'for the setting'),
  resultreprMaxsize: whole(0),
  shadowName: handler,
  typing: flag,
  beforeStart: handler,
  onSuccess: handler,
  onFailure: handler,
  onRetry: handler,
  afterReturn: handler,
};

/** What the options of a definition may be named, beside `bind`, `parameters` and `schema`. */
const TASK_OPTION_NAMES: ReadonlySet<string> = new Set(Object.keys(RULES));

/**
 * Refuses option names that there are not, and values that cannot be.
 * @param owner - whose options they are, for the error: `task "x"`
 * @throws {ConfigurationError} naming the option and its owner
 */
export function checkTaskOptions(owner: string, options: object): void {
  for (const [option, value] of Object.entries(options)) {
    if (!TASK_OPTION_NAMES.has(option)) throw unknownOption(owner, option);
    const rule = RULES[option as keyof TaskOptions];
    if (value === undefined || rule.accepts(value)) continue;
    const shown = shownValue(value);
    throw new ConfigurationError(`${option} of ${owner}`, `must be ${rule.expects}, got ${shown}`, { value: shown });
  }
}

/** Whether calling it runs nothing: the values of a generator would never be asked for. */
export function isGeneratorFunction(run: unknown): boolean {
  return /^\[object (?:Async)?GeneratorFunction\]$/.test(Object.prototype.toString.call(run));
}

function unknownOption(owner: string, option: string): ConfigurationError {
  const near = closest(option, TASK_OPTION_NAMES);
  return new ConfigurationError(`${escapeForLog(option, 60)} of ${owner}`, 'is no option of tasks', {
    hint: near === undefined ? `There are: ${[...TASK_OPTION_NAMES].join(', ')}.` : `Did you mean ${near}?`,
  });
}
