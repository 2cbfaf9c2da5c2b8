import { appendFileSync, existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { isRecord, type Logger, silentLogger } from '@celeriac/protocol';
import type { EntryState } from '../entry/schedule-entry.ts';
import type { BeatLease, BeatStore, EntryEdit, StoreContents } from './beat-store.ts';
import { BeatStoreError } from './beat-store-errors.ts';
import { FileLock } from './file-lock.ts';
import { emptyRecord, RecordBook } from './record-book.ts';
import { parseJson, readDefinition } from './record-json.ts';
import { ScheduleFile } from './schedule-file.ts';

/** Lines beyond the number of entries after which the file is written anew. */
const SPARE_LINES = 20_000;

/**
 * A schedule in a file, for one beat: a second one is refused. A file that cannot be read is copied, told of, and what can
 * be read of it is used; one that cannot be written is told of, and the schedule goes on in memory.
 * @see celery/beat.py PersistentScheduler
 */
export class FileStore implements BeatStore {
  readonly url: string;
  readonly isShared = false;
  readonly #file: ScheduleFile;
  readonly #lock: FileLock;
  readonly #logger: Logger;
  readonly #inbox: string;
  #book: RecordBook = new RecordBook();
  #lease: BeatLease | undefined;
  #isWritable = true;

  /** @param path - relative paths start at the working directory */
  constructor(path: string, logger: Logger = silentLogger) {
    const file = resolve(path);
    this.url = file;
    this.#file = new ScheduleFile(file);
    this.#lock = new FileLock(file);
    this.#inbox = `${file}.edits`;
    this.#logger = logger;
  }

  async open(): Promise<void> {}

  async acquire(owner: string): Promise<BeatLease | undefined> {
    this.#lock.take();
    this.#lease = { owner, token: 1 };
    this.#read(true);
    this.#takeEdits();
    return this.#lease;
  }

  async renew(lease: BeatLease): Promise<boolean> {
    return lease === this.#lease;
  }

  async release(lease: BeatLease): Promise<void> {
    if (lease !== this.#lease) return;
    this.#keep(() => this.#file.rewrite(this.#book.records()));
    this.#lease = undefined;
    this.#lock.release();
  }

  async load(): Promise<StoreContents> {
    if (this.#lease === undefined) {
      this.#read(false);
      for (const edits of this.#edits(this.#inbox)) this.#book.edit([edits]);
    }
    return this.#book.contents();
  }

  async news(version: number): Promise<StoreContents> {
    this.#takeEdits();
    return this.#book.news(version);
  }

  async write(lease: BeatLease, states: readonly (readonly [string, EntryState])[]): Promise<boolean> {
    if (lease !== this.#lease) return false;
    this.#book.write(states);
    this.#append(states.map(([name]) => name));
    return true;
  }

  async forget(lease: BeatLease, names: readonly string[]): Promise<boolean> {
    if (lease !== this.#lease) return false;
    this.#book.forget(names);
    this.#keep(() => this.#file.append(names.map(emptyRecord), false));
    return true;
  }

  /** Leaves a note for the beat that holds the file, or for the next one. */
  async edit(edits: readonly EntryEdit[]): Promise<void> {
    try {
      appendFileSync(this.#inbox, edits.map((edit) => `${JSON.stringify(edit)}\n`).join(''), { flush: true });
    } catch (cause) {
      throw new BeatStoreError(this.url, `it cannot be written: ${messageOf(cause)}`, { cause });
    }
    if (this.#lease !== undefined) this.#takeEdits();
  }

  async close(): Promise<void> {
    if (this.#lease !== undefined) await this.release(this.#lease);
    this.#file.close();
  }

  #read(repairs: boolean): void {
    let found: ReturnType<ScheduleFile['read']>;
    try {
      found = this.#file.read();
    } catch (cause) {
      this.#lock.release();
      throw new BeatStoreError(this.url, `it cannot be read: ${messageOf(cause)}`, { cause });
    }
    this.#book = new RecordBook();
    for (const record of found.records) this.#book.put(record);
    if (!repairs) return;
    if (found.damage !== undefined) this.#backUp(found.damage, found.records.length);
    this.#keep(() => this.#file.rewrite(this.#book.records()));
  }

  #backUp(damage: string, kept: number): void {
    const stamp = new Date().toISOString().replace(/[:.]/g, '-');
    try {
      const copy = this.#file.backUp(stamp);
      this.#logger.warning(
        `beat: the schedule file ${this.url} is damaged: ${damage}. It was copied to ${copy}; ${kept} entries could be read, the others begin anew.`,
      );
    } catch (error) {
      this.#logger.warning(
        `beat: the schedule file ${this.url} is damaged (${damage}) and cannot be copied: ${messageOf(error)}`,
      );
    }
  }

  /** Edits that others left. */
  #takeEdits(): void {
    const taken = `${this.#inbox}.taken`;
    if (!existsSync(taken)) {
      if (!existsSync(this.#inbox)) return;
      renameSync(this.#inbox, taken);
    }
    const edits = this.#edits(taken);
    for (const edit of edits) this.#book.edit([edit]);
    this.#append(edits.map(({ name }) => name));
    rmSync(taken, { force: true });
  }

  #edits(file: string): readonly EntryEdit[] {
    if (!existsSync(file)) return [];
    return readFileSync(file, 'utf8')
      .split('\n')
      .map((line) => parseJson(line))
      .filter((json): json is EntryEdit & Record<string, unknown> => isRecord(json) && typeof json['name'] === 'string')
      .map(({ name, definition, isPaused, runNow }) => ({
        name,
        ...(definition !== undefined && { definition: readDefinition(definition) }),
        ...(typeof isPaused === 'boolean' && { isPaused }),
        ...(runNow === true && { runNow }),
      }));
  }

  #append(names: readonly string[]): void {
    const wanted = new Set(names);
    if (wanted.size === 0) return;
    if (this.#file.lines > this.#book.size + SPARE_LINES) this.#keep(() => this.#file.rewrite(this.#book.records()));
    else
      this.#keep(() =>
        this.#file.append(
          [...wanted].map((name) => this.#book.recordOf(name)),
          false,
        ),
      );
  }

  /** A full disk must not stop what runs: it is told once, and again when it is over. */
  #keep(write: () => void): void {
    try {
      write();
      if (!this.#isWritable) this.#logger.warning(`beat: the schedule file ${this.url} can be written again`);
      if (!this.#isWritable) {
        this.#isWritable = true;
        this.#file.rewrite(this.#book.records());
      }
    } catch (error) {
      if (this.#isWritable) {
        this.#logger.error(
          `beat: the schedule file ${this.url} cannot be written, runs go on and are not remembered: ${messageOf(error)}`,
        );
      }
      this.#isWritable = false;
      this.#file.close();
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
