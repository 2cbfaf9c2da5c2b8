import { DEFAULT_LIMITS, describeType } from '@celeriac/protocol';
import { InvalidResultIdError } from './backend-errors.ts';

/**
 * Refuses ids that cannot name a task's or a group's result. What the text says is never looked at: it is data.
 * @throws {InvalidResultIdError} not text, empty, or longer than 255 characters
 */
export function requireResultId(id: unknown): asserts id is string {
  if (typeof id !== 'string') throw new InvalidResultIdError(id, `it is ${describeType(id)}, not text`);
  if (id === '') throw new InvalidResultIdError(id, 'it is empty');
  if (id.length > DEFAULT_LIMITS.maxIdLength) {
    throw new InvalidResultIdError(id, `it has ${id.length} characters, more than ${DEFAULT_LIMITS.maxIdLength}`);
  }
}

/** {@link requireResultId} for each. */
export function requireResultIds(ids: readonly unknown[]): asserts ids is readonly string[] {
  for (const id of ids) requireResultId(id);
}
