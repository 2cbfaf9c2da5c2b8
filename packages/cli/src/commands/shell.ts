import { start } from 'node:repl';
import type { CommandCode } from '../definitions/define.ts';
import { evaluate } from '../evaluate.ts';
import { type OpenApp, withApp } from '../open-app.ts';
import { valueText } from '../output.ts';
import { shortTaskNames } from '../shell-scope.ts';

/** Names that mean something else at the prompt. */
const RESERVED: ReadonlySet<string> = new Set(['app', 'tasks', 'AsyncResult', 'console', 'process', 'globalThis']);

/** `celeriac shell`. */
export const shellCommand: CommandCode = async ({ globals, output }, _positional, options) => {
  return withApp(globals, async (open) => {
    await open.runtime.loadTasks();
    const { names, scope } = shellScope(open);
    const code = options['eval'];
    if (typeof code === 'string') {
      const value = await evaluate(code, scope);
      if (value !== undefined || output.json) output.data(value ?? null, () => valueText(value));
      return 0;
    }
    output.note(
      `celeriac shell for "${open.app.name}": app, tasks, AsyncResult${names.map((name) => `, ${name}`).join('')}`,
    );
    const repl = start({ prompt: `${open.app.name}> ` });
    for (const [name, value] of scope)
      Object.defineProperty(repl.context, name, { value, enumerable: true, writable: true, configurable: true });
    const closed = Promise.withResolvers<void>();
    repl.once('exit', () => closed.resolve());
    await closed.promise;
    return 0;
  });
};
