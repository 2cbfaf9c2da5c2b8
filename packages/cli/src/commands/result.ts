import { isReady } from '@celeriac/protocol';
import type { CommandCode } from '../definitions/define.ts';
import { withApp } from '../open-app.ts';
import { valueText } from '../output.ts';
import { exceptionText, type ResultView, resultView } from '../result-view.ts';
import { requireBackend, waitForResult } from '../wait-for-result.ts';
import { readTimeout } from './call.ts';

/** `celeriac result`. */
export const resultCommand: CommandCode = async ({ globals, output }, [, id = ''], options) => {
  const timeoutMs = readTimeout(options);
  return withApp(globals, async (open) => {
    const backend = await requireBackend(open, 'result');
    const wait = options['wait'] === true;
    const meta = wait ? await waitForResult(backend, id, 'result', timeoutMs) : (await backend.load([id]))[0];
    const view = resultView(id, meta);
    output.data(view, () => viewText(view, options['traceback'] === true));
    return wait && view.exception !== null ? 1 : 0;
  });
};

/** The state, then the value, the exception or the traceback. */
function viewText(view: ResultView, traceback: boolean): string {
  if (view.exception !== null) {
    const text = traceback && view.traceback !== null ? view.traceback.trimEnd() : exceptionText(view);
    return `${view.state}\n${text}`;
  }
  const hasValue = isReady(view.state) || view.value !== null;
  return hasValue ? `${view.state}\n${valueText(view.value)}` : view.state;
}
