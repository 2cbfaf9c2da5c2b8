import { describe, expect, test } from 'vitest';
import { Celeriac } from '../app/celeriac.ts';
import { BaseTask } from './base-task.ts';
import type { TaskContext } from './task-context.ts';

function app(options: object = {}): Celeriac {
  return new Celeriac('shop', { configFile: false, environment: {}, logLevel: 'error', ...options });
}

/** Counts its instances and remembers what its handlers were told. */
class Recording extends BaseTask {
  static made = 0;
  readonly seen: string[] = [];
  readonly id = ++Recording.made;
  override readonly options = { maxRetries: 1, throws: ['RangeError'] };

  override onBound({ name }: { readonly name: string }): void {
    this.seen.push(`bound to ${name}`);
  }
  override beforeStart(_context: TaskContext, ...args: readonly unknown[]): void {
    this.seen.push(`start ${args.join()}`);
  }
  override onSuccess(_context: TaskContext, result: unknown): void {
    this.seen.push(`success ${String(result)}`);
  }
  override onRetry(): void {
    this.seen.push('retry');
  }
  override onFailure(_context: TaskContext, error: unknown): void {
    this.seen.push(`failure ${String(error)}`);
  }
  override afterReturn(_context: TaskContext, state: string): void {
    this.seen.push(`after ${state}`);
  }
}

class Add extends Recording {
  override readonly name: string = 'shop.add';
  override readonly parameters = ['x', 'y?'];
  run(context: TaskContext, x: number, y?: number): number {
    if (x < 0) throw new RangeError('negative');
    if (x === 0 && context.request.retries === 0) context.retry({ countdown: 0 });
    return x + (y ?? 1) + 0 * this.id;
  }
}

describe('a task that is an object', () => {
  test('runs its method, with its handlers in order', async () => {
    const task = new Add();
    const add = app().registerTask(task);
    expect(await (await add.apply([2, 3])).get()).toBe(5);
    expect(await (await add.apply([2])).get()).toBe(3);
    expect(task.seen).toEqual([
      'bound to shop',
      ...['start 2,3', 'success 5', 'after SUCCESS'],
      ...['start 2', 'success 3', 'after SUCCESS'],
    ]);
  });

  test('is told of retries and failures', async () => {
    const task = new Add();
    const add = app().registerTask(task);
    await add.apply([0]);
    await add.apply([-1]);
    expect(task.seen.slice(1)).toEqual([
      ...['start 0', 'retry', 'start 0', 'success 1', 'after SUCCESS'],
      ...['start -1', 'failure RangeError: negative', 'after FAILURE'],
    ]);
  });

  test('has its own options, and a name that nobody else has', () => {
    const one = app();
    one.registerTask(new Add());
    expect(one.tasks.get('shop.add')?.options).toMatchObject({ maxRetries: 1, throws: ['RangeError'] });
    expect(() => one.registerTask(new Add())).toThrow(expect.objectContaining({ code: 'CLR_DUPLICATE_TASK' }));
    expect(() => one.registerTask({} as Add)).toThrow(TypeError);
  });

  test('whose options cannot be is refused, naming it', () => {
    class Wrong extends Add {
      override readonly options = { maxRetries: -1 } as never;
    }
    const one = app();
    one.registerTask(new Wrong());
    expect(() => one.tasks.get('shop.add')).toThrow(/maxRetries of the class of task "shop.add"/);
  });
});

describe('a class as base of tasks', () => {
  class Database extends Recording {
    connections = 0;
    connect(): number {
      this.connections ||= 7;
      return this.connections;
    }
  }

  test('one instance for each task keeps its state; the definition wins over it', async () => {
    const one = app();
    const before = Recording.made;
    const count = one.task('count', { bind: true, base: Database, maxRetries: 5 }, ({ task }, x: number) => {
      return task.connect() + x;
    });
    const other = one.task('other', { bind: true, base: Database }, ({ task }) => task.id);
    expect(Recording.made).toBe(before);
    expect(await (await count.apply([1])).get()).toBe(8);
    expect(await (await count.apply([2])).get()).toBe(9);
    await other.apply([]);
    expect(Recording.made).toBe(before + 2);
    expect(one.tasks.get('count')?.options).toMatchObject({ maxRetries: 5, throws: ['RangeError'] });
    one.configure({ taskTrackStarted: true });
    expect(await (await count.apply([3])).get()).toBe(10);
    expect(Recording.made).toBe(before + 2);
  });

  test('handlers of the definition take the place of those of the class', async () => {
    const one = app();
    const seen: unknown[] = [];
    const task = one.task('t', { base: Recording, onSuccess: (_context, result) => seen.push(result) }, () => 'done');
    await task.apply([]);
    expect(seen).toEqual(['done']);
    expect(one.tasks.get('t')?.base).toHaveProperty('seen', ['bound to shop', 'start ', 'after SUCCESS']);
  });

  test('may be the same for all tasks of an app', () => {
    const one = app({ taskClass: Recording });
    one.task('t', () => 1);
    expect(one.tasks.get('t')?.base).toBeInstanceOf(Recording);
  });
});
