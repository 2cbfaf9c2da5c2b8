import type { FloorTask } from './floor-task.ts';

/** A column of a table of the floor. */
export interface FloorColumn {
  readonly name: string;
  readonly type: 'text' | 'integer' | 'bytes';
}

/** A value of a row, by the type of its column. */
export type FloorValue = string | number | Buffer;

/** A row that was read. */
export interface FloorRow {
  readonly [column: string]: FloorValue;
}

/** How a task is a row, and its result one. */
export interface SqlWire {
  /** Columns of a message, beside the `id` that gives its place in the line. */
  readonly messages: readonly FloorColumn[];
  /** Columns of a result; the first is its key. */
  readonly results: readonly FloorColumn[];
  /** Which messages are taken, in which order: `where … order by …`. */
  readonly line: string;
  /** Columns of the index along which they are taken; the key will do without one. */
  readonly index?: string;
  idOf(index: number): string;
  message(task: FloorTask): readonly FloorValue[];
  decode(row: FloorRow): FloorTask;
  result(id: string, value: number): readonly FloorValue[];
  /** The value in a result. */
  valueOf(row: FloorRow): unknown;
}

/** Names with commas, for a statement. */
export function namesOf(columns: readonly FloorColumn[]): string {
  return columns.map(({ name }) => name).join(', ');
}
