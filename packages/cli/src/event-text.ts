import type { ReceivedEvent } from '@celeriac/core/internal';
import { encodeEvent, escapeForLog, type PlainRecord } from '@celeriac/protocol';
import { valueText } from './output.ts';
import { timeText } from './time-text.ts';

/** Events of workers in words. @see celery/events/dumper.py HUMAN_TYPES */
const WORDS: ReadonlyMap<string, string> = new Map([
  ['worker-offline', 'shutdown'],
  ['worker-online', 'started'],
  ['worker-heartbeat', 'heartbeat'],
]);
/** Tasks whose names are remembered. */
const MOST_NAMES = 4095;
const LONGEST = 2000;
/** What a short line says of an event. */
const SHORT_FIELDS = ['args', 'kwargs', 'queue', 'result', 'runtime', 'exception', 'requeue', 'terminated', 'expired'];
const SHORT_WORKER_FIELDS = ['active', 'processed', 'loadavg'];
/** Fields of every event, and those that stand elsewhere in a line. */
const COMMON: ReadonlySet<string> = new Set(['hostname', 'timestamp', 'type']);

/** Turns events into lines, and remembers the names of tasks: only their first events have them. */
export class EventText {
  readonly #names: Map<string, string> = new Map();

  /** Every field, as `celery events --dump` prints it. @see celery/events/dumper.py Dumper */
  dump(event: ReceivedEvent): string {
    const all: PlainRecord = { ...encodeEvent(event), local_received: event.receivedAtMs / 1000 };
    const task = this.#taskOf(event, true);
    const hidden = task === undefined ? [] : ['uuid', ...(task.isNew ? ['name', 'args', 'kwargs'] : [])];
    const shown = Object.keys(all)
      .filter((name) => !COMMON.has(name) && !hidden.includes(name))
      .sort()
      .map((name) => `${name}=${valueText(all[name])}`)
      .join(', ');
    const when = timeText(event.timestamp).join(' ');
    const what = [task?.text ?? '', shown].filter((part) => part !== '').join(' ');
    return line(`${event.hostname} [${when}] ${words(event.type)}: ${what}`);
  }

  /** What matters, in one line. */
  short(event: ReceivedEvent): string {
    const task = this.#taskOf(event, false);
    const names = task === undefined ? SHORT_WORKER_FIELDS : SHORT_FIELDS;
    const shown = names
      .filter((name) => event.fields[name] !== undefined && event.fields[name] !== null)
      .map((name) => `${name}=${valueText(event.fields[name])}`)
      .join(' ');
    const when = timeText(event.timestamp).at(-1);
    return line(`${when} ${event.hostname} ${words(event.type)} ${task?.text ?? ''} ${shown}`.replaceAll(/ +/g, ' '));
  }

  #taskOf({ type, fields }: ReceivedEvent, isLong: boolean): { text: string; isNew: boolean } | undefined {
    const { uuid, name, args, kwargs } = fields;
    if (!type.startsWith('task-') || typeof uuid !== 'string') return undefined;
    if (typeof name === 'string') {
      const long = isLong ? ` args=${valueText(args)} kwargs=${valueText(kwargs)}` : '';
      const text = `${name}(${uuid})${long}`;
      this.#names.set(uuid, text);
      const [oldest] = this.#names.keys();
      if (this.#names.size > MOST_NAMES && oldest !== undefined) this.#names.delete(oldest);
      return { text, isNew: true };
    }
    return { text: this.#names.get(uuid) ?? uuid, isNew: false };
  }
}

function words(type: string): string {
  return WORDS.get(type) ?? type.toLowerCase().replaceAll('-', ' ');
}

function line(text: string): string {
  return escapeForLog(text.trim(), LONGEST);
}
