import { type PlainRecord, toRecord } from './plain-record.ts';
import type { TaskHeaders } from './task-message.ts';

const TASK_HEADERS: { readonly [name in keyof TaskHeaders]-?: true } = {
  lang: true,
  task: true,
  id: true,
  shadow: true,
  eta: true,
  expires: true,
  group: true,
  group_index: true,
  retries: true,
  timelimit: true,
  root_id: true,
  parent_id: true,
  argsrepr: true,
  kwargsrepr: true,
  origin: true,
  ignore_result: true,
  replaced_task_nesting: true,
  stamped_headers: true,
  stamps: true,
};

/** `redelivered` is what virtual transports add to a message that they give back. */
const OWN_NAMES: ReadonlySet<string> = new Set([...Object.keys(TASK_HEADERS), 'compression', 'redelivered']);

/** Written by brokers on the way, and by this project into quarantined messages. */
const ON_THE_WAY = /^x-(?:death$|first-death-|last-death-|delivery-count$|acquired-count$|celeriac-)/;

/**
 * The headers that a caller added to a task: neither Celery's own nor what brokers write about a delivery.
 * @returns null-prototype; undefined when there are none
 */
export function customHeaders(headers: { readonly [name: string]: unknown }): PlainRecord | undefined {
  const custom = Object.entries(headers).filter(([name]) => !OWN_NAMES.has(name) && !ON_THE_WAY.test(name));
  return custom.length === 0 ? undefined : toRecord(Object.fromEntries(custom));
}
