import { WorkerOptionError } from './worker-option-error.ts';

/** @throws {WorkerOptionError} unless it is a whole number in the range */
export function whole(option: string, value: unknown, least: number, most: number): number {
  if (Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most) return value as number;
  throw new WorkerOptionError(option, value, `must be a whole number from ${least} to ${most}`);
}

/** @throws {WorkerOptionError} unless it is a number above 0 */
export function positive(option: string, value: unknown, unit: string): number {
  if (typeof value === 'number' && Number.isFinite(value) && value > 0) return value;
  throw new WorkerOptionError(option, value, `must be a number of ${unit} above 0`);
}
