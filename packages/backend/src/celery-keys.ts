const TASK = 'celery-task-meta-';
const GROUP = 'celery-taskset-meta-';

/**
 * The keys under which Celery keeps results.
 * @see celery/backends/base.py KeyValueStoreBackend.get_key_for_task
 */
export class CeleryKeys {
  readonly #task: string;
  readonly #group: string;

  /** @param prefix - put before every key; `_` is put between unless it ends in one of `:_-.`, as Celery does */
  constructor(prefix = '') {
    const global = prefix === '' || /[:_.-]$/.test(prefix) ? prefix : `${prefix}_`;
    this.#task = global + TASK;
    this.#group = global + GROUP;
  }

  task(taskId: string): string {
    return this.#task + taskId;
  }

  /** The task id of a key made by {@link task}; undefined for any other key. */
  taskIdOf(key: string): string | undefined {
    return key.startsWith(this.#task) ? key.slice(this.#task.length) : undefined;
  }

  group(groupId: string): string {
    return this.#group + groupId;
  }

  /** How many members a chord expects: Celery's key. */
  chordSize(groupId: string): string {
    return `${this.group(groupId)}.s`;
  }

  /** Which members of a chord have finished. */
  chordMembers(groupId: string): string {
    return `${this.group(groupId)}.m`;
  }

  /** Who was given the parts of a chord, and when. Celery has no such key; its own claim is {@link chordDispatch}. */
  chordClaims(groupId: string): string {
    return `${this.group(groupId)}.celeriac`;
  }

  /** Who sends a chord's body, `done` afterwards: Celery's key from 5.7 on. */
  chordDispatch(groupId: string): string {
    return `${this.group(groupId)}.c`;
  }
}
