import { describe, expect, test } from 'vitest';
import { parameterList } from '../task/parameter-list.ts';
import type { RegisteredTask } from '../task/registered-task.ts';
import { bindArguments } from './bind-arguments.ts';

function task(run: (...args: never[]) => unknown, declared?: readonly string[], bind = false): RegisteredTask {
  const list = declared && parameterList('tasks.add', declared, run, bind);
  return {
    name: 'tasks.add',
    run: run as RegisteredTask['run'],
    bind,
    parameters: list?.names,
    required: list?.required ?? 0,
    options: {} as RegisteredTask['options'],
    schema: undefined,
    hooks: undefined,
    base: undefined,
  };
}

const add = task((x: number, y: number) => x + y, ['x', 'y']);
const greet = task((name: string, greeting = 'hi') => greeting + name, ['name', 'greeting']);

describe('bindArguments', () => {
  test.each([
    ['all by position', add, [1, 2], {}, [1, 2]],
    ['all by name, in any order', add, [], { y: 2, x: 1 }, [1, 2]],
    ['mixed', add, [1], { y: 2 }, [1, 2]],
    ['a default left out', greet, ['Ann'], {}, ['Ann']],
    ['a default by name', greet, ['Ann'], { greeting: 'hey' }, ['Ann', 'hey']],
    ['one that may be left out, by its mark', task((x: number, y?: number) => [x, y], ['x', 'y?']), [1], {}, [1]],
    ['such a one by name', task((x: number, y?: number) => [x, y], ['x', 'y?']), [1], { y: 2 }, [1, 2]],
    ['the context is no argument', task((_context: unknown, x: number) => x, ['x'], true), [], { x: 1 }, [1]],
  ])('%s', (_, registered, args, kwargs, expected) => {
    expect(bindArguments(registered, args, kwargs)).toEqual(expected);
  });

  test.each([
    ['missing one', add, [1], {}, "add() missing 1 required positional argument: 'y'"],
    ['missing two', add, [], {}, "add() missing 2 required positional arguments: 'x' and 'y'"],
    [
      'missing three',
      task((a: 1, b: 2, c: 3) => [a, b, c], ['a', 'b', 'c']),
      [],
      {},
      "add() missing 3 required positional arguments: 'a', 'b', and 'c'",
    ],
    ['too many', add, [1, 2, 3], {}, 'add() takes 2 positional arguments but 3 were given'],
    ['unknown name', add, [1], { z: 2 }, "add() got an unexpected keyword argument 'z'"],
    ['twice', add, [1, 2], { x: 1 }, "add() got multiple values for argument 'x'"],
    [
      '__proto__ is no parameter',
      add,
      [1, 2],
      JSON.parse('{"__proto__": 1}'),
      "add() got an unexpected keyword argument '__proto__'",
    ],
  ])('refuses as Python words it: %s', (_, registered, args, kwargs, message) => {
    expect(() => bindArguments(registered, args, kwargs)).toThrow(
      expect.objectContaining({ name: 'TypeError', message }),
    );
  });

  test('a task without declared parameters takes positions only', () => {
    expect(
      bindArguments(
        task(() => 0),
        [1, 2],
        {},
      ),
    ).toEqual([1, 2]);
    expect(() =>
      bindArguments(
        task(() => 0),
        [],
        { x: 1 },
      ),
    ).toThrow(/unexpected keyword argument 'x'/);
  });
});
