import type { ApplyOptions } from '../task/apply-options.ts';

/**
 * apply_async's options: our name and Python's, which is the one that travels inside signatures.
 * @see celery/app/task.py Task.apply_async
 */
const NAMES = [
  ['taskId', 'task_id'],
  ['countdown', 'countdown'],
  ['eta', 'eta'],
  ['expires', 'expires'],
  ['queue', 'queue'],
  ['exchange', 'exchange'],
  ['exchangeType', 'exchange_type'],
  ['routingKey', 'routing_key'],
  ['priority', 'priority'],
  ['serializer', 'serializer'],
  ['compression', 'compression'],
  ['headers', 'headers'],
  ['retry', 'retry'],
  ['retryPolicy', 'retry_policy'],
  ['link', 'link'],
  ['linkError', 'link_error'],
  ['shadow', 'shadow'],
  ['timeLimit', 'time_limit'],
  ['softTimeLimit', 'soft_time_limit'],
  ['ignoreResult', 'ignore_result'],
  ['deliveryMode', 'delivery_mode'],
  ['mandatory', 'mandatory'],
  ['addToParent', 'add_to_parent'],
  ['groupId', 'group_id'],
  ['groupIndex', 'group_index'],
  ['rootId', 'root_id'],
  ['parentId', 'parent_id'],
  ['chord', 'chord'],
  ['chain', 'chain'],
  ['retries', 'retries'],
  ['replyTo', 'reply_to'],
  ['argsrepr', 'argsrepr'],
  ['kwargsrepr', 'kwargsrepr'],
  ['stampedHeaders', 'stamped_headers'],
  ['replacedTaskNesting', 'replaced_task_nesting'],
] as const satisfies readonly (readonly [keyof ApplyOptions, string])[];

const TO_WIRE: ReadonlyMap<string, string> = new Map(NAMES);
const FROM_WIRE: ReadonlyMap<string, string> = new Map(NAMES.map(([ours, wire]) => [wire, ours]));

/** Options as signatures carry them: Python's names, times as ISO text, signatures as JSON. */
export type WireOptions = { readonly [name: string]: unknown };

/** @returns `options` by Python's names; undefined values left out, unknown names kept as they are */
export function toWireOptions(options: ApplyOptions): WireOptions {
  const wire: Record<string, unknown> = Object.create(null);
  const { stamps, ...others } = options;
  // Stamps lie among the options, by their own names.
  for (const name of Object.keys(stamps ?? {})) wire[name] = stamps?.[name];
  for (const [name, value] of Object.entries(others)) {
    if (value !== undefined) wire[TO_WIRE.get(name) ?? name] = toWireValue(value);
  }
  return wire;
}

/** @returns the options that we know, by our names; what other clients added (`chord_size`, …) is left out */
export function fromWireOptions(wire: WireOptions): ApplyOptions {
  const options: Record<string, unknown> = {};
  for (const name of Object.keys(wire)) {
    const ours = FROM_WIRE.get(name);
    const value = wire[name];
    if (ours !== undefined && value !== undefined && value !== null) options[ours] = value;
  }
  const stamped = wire['stamped_headers'];
  if (Array.isArray(stamped) && stamped.length > 0) options['stamps'] = stampsOf(wire, stamped);
  return options as ApplyOptions;
}

function stampsOf(wire: WireOptions, names: readonly unknown[]): { readonly [name: string]: unknown } {
  const stamps: Record<string, unknown> = Object.create(null);
  for (const name of names) {
    if (typeof name === 'string' && Object.hasOwn(wire, name)) stamps[name] = wire[name];
  }
  return stamps;
}

function toWireValue(value: unknown): unknown {
  if (value instanceof Date)
    return value.toISOString().replace(/\.(\d{3})Z$/, (_, ms: string) => (ms === '000' ? '+00:00' : `.${ms}000+00:00`));
  if (Array.isArray(value)) return value.map(toWireValue);
  if (typeof value === 'object' && value !== null && 'toJSON' in value && typeof value.toJSON === 'function')
    return value.toJSON();
  return value;
}
