import { start } from 'node:repl';
import type { CommandCode } from '../definitions/define.ts';
import { evaluate } from '../evaluate.ts';
import { withApp } from '../open-app.ts';
import { valueText } from '../output.ts';
import { shellScope } from '../shell-scope.ts';

/** `celeriac shell`. */
export const shellCommand: CommandCode = async ({ globals, output }, _positional, options) => {
  return withApp(globals, async (open) => {
    await open.runtime.loadTasks();
    const scope = shellScope(open);
    const code = options['eval'];
    if (typeof code === 'string') {
      const value = await evaluate(code, scope);
      if (value !== undefined || output.json) output.data(value ?? null, () => valueText(value));
      return 0;
    }
    output.note(`There are: ${[...scope.keys()].join(', ')}.`);
    const repl = start({ prompt: `${open.app.name}> ` });
    for (const [name, value] of scope) repl.context[name] = value;
    const closed = Promise.withResolvers<void>();
    repl.once('exit', () => closed.resolve());
    await closed.promise;
    return 0;
  });
};
