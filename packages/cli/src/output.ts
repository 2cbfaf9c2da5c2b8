import { styleText } from 'node:util';
import { encodeJson } from '@celeriac/protocol';

/** What {@link Output} needs of a stream. */
export interface OutputStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

export interface OutputOptions {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** One JSON value on stdout instead of text. */
  readonly json: boolean;
  /** No notes, only data and errors. */
  readonly quiet: boolean;
  /** Undefined: when the stream is a terminal. */
  readonly color: boolean | undefined;
}

type Style = Parameters<typeof styleText>[0];

/** Terminal controls that data of others could smuggle in; line breaks and tabs stay. */
const control = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** Where a command writes: data to stdout, everything else to stderr. */
export class Output {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly #options: OutputOptions;

  constructor(options: OutputOptions) {
    this.#options = options;
    this.json = options.json;
    this.quiet = options.quiet;
  }

  /** What the command was asked for. `text` is built only when it is shown. */
  data(value: unknown, text: () => string): void {
    if (this.json) this.#options.stdout.write(`${jsonText(value)}\n`);
    else this.text(text());
  }

  /** Text on stdout; on a terminal, controls in it are shown instead of obeyed. */
  text(text: string): void {
    const { stdout } = this.#options;
    stdout.write(`${stdout.isTTY === true ? text.replace(control, '\ufffd') : text}\n`);
  }

  /** Text on stdout that this program made itself, colours included. */
  raw(text: string): void {
    this.#options.stdout.write(text);
  }

  /** A remark for people: on stderr, not with `--quiet` or `--json`. */
  note(text: string): void {
    if (!this.quiet && !this.json) this.#options.stderr.write(`${text}\n`);
  }

  error(text: string): void {
    this.#options.stderr.write(`${text}\n`);
  }

  /** `text` in colour where stdout (or stderr) shows colours. */
  paint(style: Style, text: string, to: 'stdout' | 'stderr' = 'stdout'): string {
    return this.colored(to) ? styleText(style, text, { validateStream: false }) : text;
  }

  colored(to: 'stdout' | 'stderr'): boolean {
    return this.#options.color ?? this.#options[to].isTTY === true;
  }
}

/** JSON by Celery's rules; what even those cannot hold appears as text. */
function jsonText(value: unknown): string {
  try {
    return encodeJson(value, { types: 'celery-5.3' });
  } catch {
    return JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? String(part) : part)) ?? 'null';
  }
}

/** A value as people read it: text as it is, everything else as JSON. */
export function valueText(value: unknown): string {
  return typeof value === 'string' ? value : jsonText(value);
}
