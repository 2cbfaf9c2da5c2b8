import type { CommandSpec } from '@celeriac/core';
import { escapeForLog, isRecord, type PlainRecord } from '@celeriac/protocol';
import { valueText } from './output.ts';
import { type Column, formatTable } from './table.ts';
import { timeText } from './time-text.ts';

const LONGEST_CELL = 60;

/** `1 node`, `2 nodes`. */
export function nodeCount(count: number): string {
  return count === 1 ? '1 node' : `${count} nodes`;
}

/** A command's arguments as help shows them. */
export function commandLine({ signature, arguments: described = [], variadic, variadicRequired }: CommandSpec): string {
  if (signature !== undefined) return signature;
  const words = described.map(({ name, required }) => (required === true ? `<${name}>` : `[${name}]`));
  if (variadic !== undefined) words.push(variadicRequired === true ? `<${variadic}...>` : `[${variadic}...]`);
  return words.join(' ');
}

/** The commands with their arguments. */
export function commandTableText(specs: readonly CommandSpec[]): string {
  const rows = specs.map((spec) => [spec.name, commandLine(spec), spec.help ?? '']);
  return formatTable([{ title: 'COMMAND' }, { title: 'ARGUMENTS' }, { title: 'MEANING' }], rows);
}

/** What a node answered, for people. Lists become tables, objects indented lines; nothing is `- empty -` as in Celery. */
export function replyText(command: string, value: unknown): string {
  if (isRecord(value)) {
    const { ok, error } = value;
    if (typeof ok === 'string' && Object.keys(value).length === 1) return ok.trimEnd();
    if (typeof error === 'string' && Object.keys(value).length === 1) return error.trimEnd();
  }
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.length === 0 ? EMPTY : listText(value);
  if (!isRecord(value)) return valueText(value);
  if (command === 'query_task') return queryText(value);
  return Object.keys(value).length === 0 ? EMPTY : fieldLines(value).join('\n');
}

const EMPTY = '- empty -';

function listText(list: readonly unknown[]): string {
  const records = list.filter(isRecord);
  if (records.length < list.length) return bullets(list);
  if (records.every(isRequest)) return tableOf(records, REQUEST_COLUMNS);
  if (records.every(({ request }) => isRecord(request) && isRequest(request))) {
    const rows = records.map(({ eta, request }) => ({ eta, ...(request as PlainRecord) }));
    return tableOf(rows, [['ETA', 'eta'], ...REQUEST_COLUMNS.slice(0, 4)]);
  }
  if (records.every(({ exchange }) => isRecord(exchange))) return tableOf(records.map(queueRow), QUEUE_COLUMNS);
  return bullets(list);
}

function bullets(list: readonly unknown[]): string {
  return list.map((item) => `* ${cell(item, 1000)}`).join('\n');
}

function queueRow(queue: PlainRecord): PlainRecord {
  const { name, type } = queue['exchange'] as PlainRecord;
  return { ...queue, exchange_name: name, exchange_type: type };
}

type Fields = readonly (readonly [title: string, field: string])[];

const REQUEST_COLUMNS: Fields = [
  ['ID', 'id'],
  ['TASK', 'name'],
  ['ARGS', 'args'],
  ['KWARGS', 'kwargs'],
  ['STARTED', 'time_start'],
  ['PID', 'worker_pid'],
];
const QUEUE_COLUMNS: Fields = [
  ['QUEUE', 'name'],
  ['EXCHANGE', 'exchange_name'],
  ['TYPE', 'exchange_type'],
  ['ROUTING KEY', 'routing_key'],
];

function isRequest(item: PlainRecord): boolean {
  return typeof item['id'] === 'string' && 'delivery_info' in item;
}

function tableOf(rows: readonly PlainRecord[], fields: Fields): string {
  const columns = fields.map(([title]): Column => ({ title }));
  return formatTable(
    columns,
    rows.map((row) => fields.map(([, field]) => (field === 'time_start' ? startText(row[field]) : cell(row[field])))),
  );
}

function queryText(found: PlainRecord): string {
  const rows = Object.values(found).flatMap((entry) => {
    const [state, request] = Array.isArray(entry) ? entry : [];
    return isRecord(request) && isRequest(request) ? [{ state, ...request }] : [];
  });
  return rows.length === 0 ? EMPTY : tableOf(rows, [['STATE', 'state'], ...REQUEST_COLUMNS]);
}

function startText(value: unknown): string {
  return typeof value === 'number'
    ? timeText(value)
        .join(' ')
        .replace(/\.\d{3}$/, '')
    : '-';
}

function cell(value: unknown, longest: number = LONGEST_CELL): string {
  return value === null || value === undefined ? '-' : escapeForLog(valueText(value), longest);
}

/** `name: value`, objects below their name. */
function fieldLines(value: PlainRecord, indent = ''): readonly string[] {
  return Object.entries(value).flatMap(([name, field]) => {
    const label = `${indent}${escapeForLog(name, 200)}:`;
    if (isRecord(field) && Object.keys(field).length > 0) return [label, ...fieldLines(field, `${indent}  `)];
    return [`${label} ${cell(field, 1000)}`];
  });
}
