import { ConfigurationError } from '../settings/configuration-error.ts';
import { fromWireOptions } from '../signature/option-names.ts';
import type { SignatureLike } from '../signature/signature-like.ts';
import type { PeriodicEntry, PeriodicPolicies, PeriodicSchedule } from './periodic-entry.ts';

/** The periodic tasks that code added to an app, beside those of the setting `beatSchedule`. */
export class PeriodicTasks {
  readonly #entries: Map<string, PeriodicEntry> = new Map();
  readonly #handlers: (() => unknown)[] = [];

  get entries(): ReadonlyMap<string, PeriodicEntry> {
    return this.#entries;
  }

  /**
   * @returns the entry's name
   * @throws {ConfigurationError} for a name that is taken
   * @see celery/app/base.py add_periodic_task
   */
  add(
    schedule: PeriodicSchedule,
    signature: SignatureLike,
    { name, ...policies }: PeriodicPolicies & { readonly name?: string },
  ): string {
    const { task, args, kwargs, options } = 'toJSON' in signature ? signature.toJSON() : signature;
    const key = name ?? freeName(task, this.#entries);
    if (this.#entries.has(key)) {
      throw new ConfigurationError(`addPeriodicTask("${key}")`, 'adds a periodic task of this name twice');
    }
    this.#entries.set(key, { task, schedule, args, kwargs, options: fromWireOptions(options), ...policies });
    return key;
  }

  /** Calls `handler` when the app's settings and tasks are known. */
  onConfigured(handler: () => unknown): void {
    this.#handlers.push(handler);
  }

  /** Calls the handlers that were not called yet, one after the other. */
  async configure(): Promise<void> {
    for (let handler = this.#handlers.shift(); handler !== undefined; handler = this.#handlers.shift()) await handler();
  }
}

function freeName(task: string, taken: ReadonlyMap<string, unknown>): string {
  if (!taken.has(task)) return task;
  let number = 2;
  while (taken.has(`${task} (${number})`)) number++;
  return `${task} (${number})`;
}
