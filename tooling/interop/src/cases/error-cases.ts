import { expect } from 'vitest';
import type { InteropCase, Scene } from '../scene.ts';

/** The worker's traceback, in its own language. */
function tracebackOf(scene: Scene): RegExp {
  return scene.worker === 'python'
    ? /^Traceback \(most recent call last\):\n[\s\S]*interop_app\.py", line \d+, in fail/
    : /^\w+: [\s\S]*\n {4}at .*interop-app\.ts:\d+/;
}

/** Wrong arguments as Python words them. */
const MISFITS: readonly (readonly [args: readonly unknown[], kwargs: Record<string, unknown>, message: RegExp])[] = [
  [[1], {}, /^add\(\) missing 1 required positional argument: 'y'$/],
  [[], {}, /^add\(\) missing 2 required positional arguments: 'x' and 'y'$/],
  [[1, 2, 3], {}, /^add\(\) takes 2 positional arguments but 3 were given$/],
  [[1, 2], { z: 3 }, /^add\(\) got an unexpected keyword argument 'z'$/],
  [[1, 2], { x: 3 }, /^add\(\) got multiple values for argument 'x'$/],
];

/** Failures as the other language sees them. */
export const errorCases: readonly InteropCase[] = [
  {
    name: 'an error of Python’s own arrives with its class, module, message and traceback',
    run: async (scene) => {
      const { state, error } = await scene.call('fail', ['ValueError', 'bad “luck”']);
      expect(state).toBe('FAILURE');
      expect(error).toMatchObject({ type: 'ValueError', module: 'builtins', args: ['bad “luck”'] });
      expect(error?.traceback).toMatch(tracebackOf(scene));
      // Python raises the very class, so that `except ValueError` works.
      if (scene.caller.language === 'python') expect(error?.bases).toContain('ValueError');
    },
  },
  {
    name: 'an error that only the worker knows arrives with its class and all its arguments',
    run: async (scene) => {
      const { state, error } = await scene.call('fail', ['InteropError', 'text', 7, null]);
      expect(state).toBe('FAILURE');
      // Python makes up classes that it does not have, in a module of its own.
      const module = scene.worker === 'python' ? 'interop_app' : 'celery.exceptions';
      expect(error).toMatchObject({ type: 'InteropError', module, args: ['text', 7, null] });
      expect(error?.traceback).toMatch(tracebackOf(scene));
    },
  },
  {
    name: 'wrong arguments are a TypeError as Python words it',
    run: async (scene) => {
      for (const [args, kwargs, message] of MISFITS) {
        const { state, error } = await scene.call('add', args, { kwargs });
        expect(state).toBe('FAILURE');
        expect(error).toMatchObject({ type: 'TypeError', module: 'builtins' });
        expect(String(error?.args[0])).toMatch(message);
      }
    },
  },
  {
    name: 'an unknown task is NotRegistered',
    run: async (scene) => {
      const { state, error } = await scene.call('nobody_has_it');
      expect(state).toBe('FAILURE');
      expect(error).toMatchObject({
        type: 'NotRegistered',
        module: 'celery.exceptions',
        args: ['interop.nobody_has_it'],
      });
    },
  },
  {
    name: 'a task that has used up its retries is MaxRetriesExceededError',
    run: async (scene) => {
      const { state, error } = await scene.call('give_up');
      expect(state).toBe('FAILURE');
      expect(error).toMatchObject({ type: 'MaxRetriesExceededError', module: 'celery.exceptions' });
      expect(String(error?.args[0])).toMatch(/^Can't retry interop\.give_up\[[0-9a-f-]{36}\] args:/);
    },
  },
];
