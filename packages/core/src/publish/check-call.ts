import { closest, escapeForLog, isRecord, parseIsoTime } from '@celeriac/protocol';
import { shownValue } from '../settings/configuration-error.ts';
import {
  anyOf,
  flag,
  oneOf,
  options,
  orNull,
  type SettingType,
  seconds,
  shaped,
  text,
  whole,
} from '../settings/setting-type.ts';
import type { ApplyOptions } from '../task/apply-options.ts';
import type { EagerOptions } from '../task/task-caller.ts';
import { InvalidCallError } from './invalid-call-error.ts';

const LONGEST = 255;
const MOST_RETRIES = 1_000_000;
/** The last moment of the year 9999, beyond which Python's datetime has nothing. */
const LAST_MS = 253_402_300_799_999;

const anyText = shaped('text', (value) => typeof value === 'string');
const shortText = shaped(
  `text of 1 to ${LONGEST} characters`,
  (value) => typeof value === 'string' && value !== '' && value.length <= LONGEST,
);
const finiteSeconds = shaped(
  'a finite number of seconds',
  (value) => typeof value === 'number' && Math.abs(value) <= LAST_MS / 1000,
);
const timeText = shaped('ISO 8601 text', (value) => typeof value === 'string' && isTime(value));
const date = shaped('a date', (value) => value instanceof Date && isMoment(value.getTime()));
const unixTime = shaped('Unix milliseconds', (value) => typeof value === 'number' && isMoment(value));
const signature = shaped('a signature', (value) => typeof value === 'object' && value !== null);
const signatures = shaped('a list of signatures', (value) => Array.isArray(value) && value.every(signature.accepts));

/** What each option of a call takes; undefined always means not given. */
const RULES: { readonly [name in keyof (ApplyOptions & EagerOptions)]-?: SettingType } = {
  countdown: finiteSeconds,
  eta: anyOf(date, timeText, unixTime),
  expires: orNull(anyOf(finiteSeconds, date, timeText), 'for never'),
  // Which names a queue may have is up to the queue table.
  queue: anyText,
  exchange: anyText,
  exchangeType: oneOf('direct', 'topic', 'fanout', 'headers'),
  routingKey: anyText,
  priority: whole(0, 255),
  serializer: text,
  compression: orNull(text, 'for none'),
  headers: options,
  retry: flag,
  retryPolicy: options,
  link: anyOf(signature, signatures),
  linkError: anyOf(signature, signatures),
  taskId: shortText,
  shadow: anyText,
  timeLimit: seconds,
  softTimeLimit: seconds,
  ignoreResult: flag,
  deliveryMode: oneOf(1, 2),
  mandatory: flag,
  addToParent: flag,
  argsrepr: anyText,
  kwargsrepr: anyText,
  groupId: shortText,
  groupIndex: whole(0),
  rootId: shortText,
  parentId: shortText,
  chord: signature,
  chain: signatures,
  retries: whole(0, MOST_RETRIES),
  replyTo: anyText,
  stampedHeaders: shaped(
    'a list of names',
    (value) => Array.isArray(value) && value.every((name) => typeof name === 'string'),
  ),
  stamps: options,
  replacedTaskNesting: whole(0),
  kwargs: shaped('an object of arguments by name', isRecord),
  throw: flag,
};

const RULE_BY_NAME: ReadonlyMap<string, SettingType> = new Map(Object.entries(RULES));

/**
 * Refuses a call that no worker could carry out. What was not given costs nothing.
 * @param isKnown - the task is defined here, so that its name was checked before
 * @throws {InvalidCallError}
 */
export function checkCall(name: unknown, args: unknown, given: object, isKnown: boolean): void {
  if (!isKnown) checkName(name);
  if (!Array.isArray(args)) throw refused('args', 'a list of arguments', args, 'Write [x] for one argument.');
  if (typeof given !== 'object' || given === null) throw refused('options', 'an object', given);
  checkOptions(given);
}

/** @throws {InvalidCallError} for an unknown option, or a value that cannot be */
export function checkOptions(given: object): void {
  for (const name in given) {
    const value = (given as Record<string, unknown>)[name];
    if (value === undefined) continue;
    const rule = RULE_BY_NAME.get(name);
    if (rule === undefined) throw unknownOption(name);
    if (!rule.accepts(value)) throw refused(name, rule.expects, value);
  }
}

/** @throws {InvalidCallError} for a soft limit above the hard one, whoever gave them */
export function checkLimits(hard: number | null | undefined, soft: number | null | undefined): void {
  if (typeof hard !== 'number' || typeof soft !== 'number' || soft <= hard) return;
  throw new InvalidCallError('softTimeLimit', `must not be above timeLimit (${hard}), got ${soft}`, {
    value: String(soft),
    hint: 'The soft limit warns the task before the hard one ends it.',
  });
}

/**
 * A moment that a message can carry.
 * @param ms - Unix milliseconds
 * @throws {InvalidCallError} outside the years 1 to 9999
 */
export function checkedMoment(option: string, ms: number, given: unknown): number {
  if (isMoment(ms)) return ms;
  throw refused(option, 'a time before the year 10000', given);
}

function checkName(name: unknown): void {
  if (typeof name === 'string' && name !== '' && name.length <= LONGEST && escapeForLog(name) === name) return;
  throw refused('name', `text of 1 to ${LONGEST} characters without control characters`, name);
}

function isTime(value: string): boolean {
  try {
    return isMoment(parseIsoTime(value));
  } catch {
    return false;
  }
}

function isMoment(ms: number): boolean {
  return ms >= -62_135_596_800_000 && ms <= LAST_MS;
}

function refused(option: string, expects: string, value: unknown, hint?: string): InvalidCallError {
  const shown = value instanceof Date ? 'an invalid date' : shownValue(value);
  return new InvalidCallError(option, `must be ${expects}, got ${shown}`, {
    value: shown,
    ...(hint !== undefined && { hint }),
  });
}

function unknownOption(name: string): InvalidCallError {
  const near = closest(name, RULE_BY_NAME.keys());
  return new InvalidCallError(escapeForLog(name, 60), 'is no option of calls', {
    hint: near === undefined ? 'Custom values belong into headers.' : `Did you mean ${near}?`,
  });
}
