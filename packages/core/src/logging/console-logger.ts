import type { Logger, LogLevel } from '@celeriac/protocol';
import { type Clock, escapeForLog } from '@celeriac/protocol/basics';
import { formatLine, LINE_FORMAT, TASK_LINE_FORMAT } from './line-format.ts';

/** How and where lines are written. */
export interface ConsoleLoggerOptions {
  readonly level: LogLevel;
  readonly format: 'text' | 'json';
  readonly color: boolean;
  readonly clock: Clock;
  /** Form of text lines. Default `[time: LEVEL] message`. */
  readonly lineFormat?: string | undefined;
  /** The same for lines of running tasks. Default `[time: LEVEL] name[id]: message`. */
  readonly taskLineFormat?: string | undefined;
  /** Takes one line, without its end. */
  readonly write: (line: string) => void;
}

const RANK: { readonly [level in LogLevel]: number } = { debug: 0, info: 1, warning: 2, error: 3 };
const COLORS: { readonly [level in LogLevel]: string } = {
  debug: '\x1b[34m',
  info: '',
  warning: '\x1b[33m',
  error: '\x1b[31m',
};
const RESET = '\x1b[0m';

/**
 * Writes log lines: text for people, one JSON object per line for machines. What comes from outside is escaped, so that
 * one call is one line, whatever is in it. An Error in a field, and the text of a field named
 * `traceback`, stand indented on lines of their own.
 */
export class ConsoleLogger implements Logger {
  readonly #options: ConsoleLoggerOptions;
  readonly #lowest: number;

  constructor(options: ConsoleLoggerOptions) {
    this.#options = options;
    this.#lowest = RANK[options.level];
  }

  debug(message: string, fields?: Record<string, unknown>): void {
    if (this.#lowest <= RANK.debug) this.#write('debug', message, fields);
  }

  info(message: string, fields?: Record<string, unknown>): void {
    if (this.#lowest <= RANK.info) this.#write('info', message, fields);
  }

  warning(message: string, fields?: Record<string, unknown>): void {
    if (this.#lowest <= RANK.warning) this.#write('warning', message, fields);
  }

  error(message: string, fields?: Record<string, unknown>): void {
    this.#write('error', message, fields);
  }

  isEnabled(level: LogLevel): boolean {
    return this.#lowest <= RANK[level];
  }

  #write(level: LogLevel, message: string, fields: Record<string, unknown> | undefined): void {
    const { format, color, clock, write } = this.#options;
    const time = new Date(clock.now()).toISOString();
    if (format === 'json') {
      write(jsonLine(time, level, message, fields));
      return;
    }
    const line = this.#textLine(time, level, message, fields);
    const paint = color ? COLORS[level] : '';
    write(paint === '' ? line : `${paint}${line}${RESET}`);
  }

  #textLine(time: string, level: LogLevel, message: string, fields: Record<string, unknown> | undefined): string {
    const { lineFormat = LINE_FORMAT, taskLineFormat = TASK_LINE_FORMAT } = this.#options;
    const { task_name: name, task_id: id, ...others } = fields ?? {};
    const isTask = typeof name === 'string' && typeof id === 'string';
    return formatLine(isTask ? taskLineFormat : lineFormat, {
      asctime: time.replace('T', ' ').replace('Z', ''),
      levelname: level.toUpperCase(),
      message: escapeForLog(message, 4096) + textFields(isTask ? others : fields),
      taskName: shortText(name),
      taskId: shortText(id),
    });
  }
}

function shortText(value: unknown): string | undefined {
  return typeof value === 'string' ? escapeForLog(value, 255) : undefined;
}

function jsonLine(time: string, level: LogLevel, message: string, fields: Record<string, unknown> | undefined): string {
  const entry: Record<string, unknown> = { time, level, message };
  for (const [name, value] of Object.entries(fields ?? {}))
    entry[name in entry ? `field_${name}` : name] = jsonField(value);
  try {
    // U+2028 and U+2029 end a line for some readers.
    return JSON.stringify(entry).replace(/[\u2028\u2029\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, unicodeEscape);
  } catch {
    return JSON.stringify({ time, level, message, unwritable: Object.keys(fields ?? {}) });
  }
}

function jsonField(value: unknown): unknown {
  if (value instanceof Error) return { name: value.name, message: value.message, stack: value.stack };
  return typeof value === 'bigint' ? String(value) : value;
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function textFields(fields: Record<string, unknown> | undefined): string {
  if (fields === undefined) return '';
  let line = '';
  let stack = '';
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    if (value instanceof Error) stack += `\n${indented(value.stack ?? `${value.name}: ${value.message}`)}`;
    else if (name === 'traceback' && typeof value === 'string') stack += `\n${indented(value.trimEnd())}`;
    else line += ` ${escapeForLog(name, 60)}=${escapeForLog(fieldText(value))}`;
  }
  return line + stack;
}

/** Indented and escaped line by line, so that no line of it can pass for a log line. */
function indented(text: string): string {
  return text
    .split('\n')
    .slice(0, 50)
    .map((line) => `    ${escapeForLog(line)}`)
    .join('\n');
}

function fieldText(value: unknown): string {
  if (typeof value === 'string') return value;
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}
