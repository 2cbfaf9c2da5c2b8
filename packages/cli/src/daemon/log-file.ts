import { closeSync, fstatSync, mkdirSync, openSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { UsageError } from '../cli-error.ts';

/** How often it is looked whether the file was moved away, milliseconds. */
const LOOK_MS = 1000;

/**
 * Appends what the process writes to a file. When the file is moved away or removed, as log rotation does, it is opened
 * anew.
 */
export class LogFile {
  readonly path: string;
  readonly #nowMs: () => number;
  #descriptor: number;
  #lookedAtMs: number;

  /** @param nowMs - a clock that never jumps | @throws {UsageError} when it cannot be opened */
  constructor(path: string, nowMs: () => number = () => performance.now()) {
    this.path = path;
    this.#nowMs = nowMs;
    this.#lookedAtMs = nowMs();
    try {
      mkdirSync(dirname(path), { recursive: true });
      this.#descriptor = openSync(path, 'a', 0o644);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new UsageError('--logfile', `The log file ${path} cannot be opened (${code}).`, { cause: error });
    }
  }

  get descriptor(): number {
    return this.#descriptor;
  }

  /** Never throws: a full disk, or a folder that this user may not write to any more, is no reason for a worker to end. */
  write(text: string | Uint8Array): void {
    try {
      this.#lookAfter(this.#nowMs());
    } catch {
      // The file that is open is written on.
    }
    try {
      writeSync(this.#descriptor, typeof text === 'string' ? Buffer.from(text) : text);
    } catch {
      // There is no other place to say so.
    }
  }

  /** Lets everything that this process writes to stdout and stderr go to the file. */
  takeOver(): void {
    for (const stream of [process.stdout, process.stderr]) {
      stream.write = ((text: string | Uint8Array, ...rest: unknown[]): boolean => {
        this.write(text);
        const done = rest.find((one) => typeof one === 'function') as (() => void) | undefined;
        if (done !== undefined) process.nextTick(done);
        return true;
      }) as typeof stream.write;
    }
  }

  #lookAfter(nowMs: number): void {
    if (nowMs - this.#lookedAtMs < LOOK_MS) return;
    this.#lookedAtMs = nowMs;
    const there = statSync(this.path, { throwIfNoEntry: false });
    const { ino, dev } = fstatSync(this.#descriptor);
    if (there?.ino === ino && there.dev === dev) return;
    const descriptor = openSync(this.path, 'a', 0o644);
    closeSync(this.#descriptor);
    this.#descriptor = descriptor;
  }
}
