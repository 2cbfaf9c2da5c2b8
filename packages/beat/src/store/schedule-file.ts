import {
  closeSync,
  copyFileSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { isRecord } from '@celeriac/protocol';
import type { EntryRecord } from './beat-store.ts';
import { emptyRecord } from './record-book.ts';
import { parseJson, readDefinition, readState } from './record-json.ts';

/** The first line of every schedule file. */
const HEADER = { celeriac: 'beat-schedule', format: 1 } as const;

/** What was found in a schedule file. */
export interface FoundSchedule {
  readonly records: readonly EntryRecord[];
  /** What is wrong with it: undefined when nothing is, or when the file is not there. */
  readonly damage: string | undefined;
}

/**
 * A file of one JSON value per line: a line for each change, the last one of an entry counts. A process that dies while it
 * writes leaves half a line at the end, and nothing else is lost.
 */
export class ScheduleFile {
  readonly path: string;
  #handle: number | undefined;
  #lines = 0;

  constructor(path: string) {
    this.path = path;
  }

  /** Lines since the file was last written anew. */
  get lines(): number {
    return this.#lines;
  }

  /** Reads what can be read. @throws when the file is there and cannot be opened */
  read(): FoundSchedule {
    const text = this.#text();
    if (text === undefined || text === '') return { records: [], damage: undefined };
    const [header, ...lines] = text.split('\n');
    const first = parseJson(header);
    if (!isRecord(first) || first['celeriac'] !== HEADER.celeriac) {
      return { records: [], damage: 'it is no schedule file of Celeriac' };
    }
    if (first['format'] !== HEADER.format) {
      return { records: [], damage: `its format ${String(first['format'])} is of another version` };
    }
    return readLines(lines);
  }

  /** Keeps a copy of the file as it is. @returns the copy's name */
  backUp(stamp: string): string {
    const copy = `${this.path}.broken-${stamp}`;
    copyFileSync(this.path, copy);
    return copy;
  }

  /** Writes the file anew. The old one stands until the new one is on the disk. */
  rewrite(records: readonly EntryRecord[]): void {
    this.close();
    const next = `${this.path}.new`;
    const text = [HEADER, ...records.map(lineOf)].map((line) => `${JSON.stringify(line)}\n`).join('');
    writeFileSync(next, text, { flush: true });
    renameSync(next, this.path);
    this.#lines = 0;
  }

  /** Adds lines at the end. @param isDurable - waits until they are on the disk */
  append(records: readonly EntryRecord[], isDurable: boolean): void {
    this.#handle ??= openSync(this.path, 'a');
    writeSync(this.#handle, records.map((record) => `${JSON.stringify(lineOf(record))}\n`).join(''));
    if (isDurable) fsyncSync(this.#handle);
    this.#lines += records.length;
  }

  close(): void {
    if (this.#handle !== undefined) closeSync(this.#handle);
    this.#handle = undefined;
  }

  #text(): string | undefined {
    try {
      return readFileSync(this.path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }
}

function readLines(lines: readonly string[]): FoundSchedule {
  const records = new Map<string, EntryRecord>();
  let broken = 0;
  for (const [index, line] of lines.entries()) {
    if (line === '') continue;
    const record = readLine(line);
    if (record !== undefined) records.set(record.name, record);
    // Half a last line is what a sudden end leaves; the entry's line before it stands.
    else if (index < lines.length - 1) broken++;
  }
  const found = [...records.values()].filter((record) => !isForgotten(record));
  return { records: found, damage: broken === 0 ? undefined : `${broken} of its lines cannot be read` };
}

function readLine(line: string): EntryRecord | undefined {
  const json = parseJson(line);
  if (!isRecord(json) || typeof json['name'] !== 'string') return undefined;
  const { name, definition, removed, paused, runNow, state } = json;
  return {
    ...emptyRecord(name as string),
    definition: readDefinition(definition),
    isRemoved: removed === true,
    isPaused: typeof paused === 'boolean' ? paused : null,
    runNow: typeof runNow === 'number' ? runNow : 0,
    state: readState(state),
  };
}

function lineOf({ name, definition, isRemoved, isPaused, runNow, state }: EntryRecord): object {
  return {
    name,
    ...(definition !== null && { definition }),
    ...(isRemoved && { removed: true }),
    ...(isPaused !== null && { paused: isPaused }),
    ...(runNow > 0 && { runNow }),
    ...(state !== null && { state }),
  };
}

/** A line that says nothing takes back the ones before it. */
function isForgotten({ definition, isRemoved, isPaused, runNow, state }: EntryRecord): boolean {
  return definition === null && !isRemoved && isPaused === null && runNow === 0 && state === null;
}
