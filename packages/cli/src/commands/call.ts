import { bindArguments } from '@celeriac/core/internal';
import { closest, escapeForLog, parseIsoTime } from '@celeriac/protocol';
import { CommandFailedError, UsageError } from '../cli-error.ts';
import type { CommandCode, ParsedOptions } from '../definitions/define.ts';
import { type OpenApp, withApp } from '../open-app.ts';
import { parseArgsOption, parseIntegerOption, parseKwargsOption, parseNumberOption } from '../option-values.ts';

import { type Output, valueText } from '../output.ts';
import { exceptionText, resultView } from '../result-view.ts';
import { requireBackend, waitForResult } from '../wait-for-result.ts';

/** What a call is sent with. */
interface CallRequest {
  readonly args: readonly unknown[];
  readonly kwargs: { readonly [name: string]: unknown };
  readonly options: {
    readonly countdown?: number;
    readonly eta?: number;
    readonly expires?: number | Date;
    readonly queue?: string;
    readonly exchange?: string;
    readonly routingKey?: string;
    readonly serializer?: string;
    readonly priority?: number;
    readonly taskId?: string;
  };
}

/** `celeriac call`. */
export const callCommand: CommandCode = async ({ globals, output }, [, name = ''], options) => {
  const request = readCall(options);
  const timeoutMs = readTimeout(options);
  return withApp(globals, async (open) => {
    await open.runtime.loadTasks();
    if (options['wait'] === true) return callAndWait(open, name, request, timeoutMs, output);
    const id = await send(open, name, request);
    noteUnknown(open, name, output);
    output.data({ id }, () => id);
    return 0;
  });
};

async function send({ app, runtime }: OpenApp, name: string, { args, kwargs, options }: CallRequest): Promise<string> {
  try {
    // A call by name is not checked by the app; who types it is better told now than by the task's failure.
    const task = runtime.tasks.get(name);
    if (task !== undefined) bindArguments(task, args, kwargs);
    const { id } = await app.sendTask(name, args, { ...options, kwargs });
    return id;
  } catch (cause) {
    // What the task's declared parameters do not take.
    if (!(cause instanceof TypeError)) throw cause;
    throw new CommandFailedError('call', cause.message, {
      cause,
      hint: 'celeriac -A … list tasks shows what each task takes.',
    });
  }
}

async function callAndWait(
  open: OpenApp,
  name: string,
  request: CallRequest,
  timeoutMs: number | undefined,
  output: Output,
): Promise<number> {
  const backend = await requireBackend(open, 'call');
  const id = await send(open, name, request);
  noteUnknown(open, name, output);
  const view = resultView(id, await waitForResult(backend, id, 'call', timeoutMs));
  if (view.exception === null) {
    output.data(view, () => valueText(view.value));
    return 0;
  }
  if (output.json) output.data(view, () => '');
  throw new CommandFailedError('call', `${name} ended as ${view.state}: ${exceptionText(view)}`, {
    hint: `celeriac -A … result ${id} --traceback shows where.`,
  });
}

/** A task of another app is no error; a slip of the pen would wait for ever. */
function noteUnknown({ runtime, file }: OpenApp, name: string, output: Output): void {
  if (file === undefined || runtime.tasks.has(name)) return;
  const meant = closest(name, runtime.tasks.names());
  const question = meant === undefined ? '' : ` Did you mean ${meant}?`;
  output.note(`note: this app has no task "${escapeForLog(name, 100)}"; it was sent all the same.${question}`);
}

function readCall(options: ParsedOptions): CallRequest {
  const text = (name: string): string | undefined => options[name] as string | undefined;
  const [args, kwargs, eta, expires] = [text('args'), text('kwargs'), text('eta'), text('expires')];
  const [countdown, priority] = [text('countdown'), text('priority')];
  const { queue, exchange, routingKey, serializer, taskId } = options;
  const named = { queue, exchange, routingKey, serializer, taskId };
  return {
    args: args === undefined ? [] : parseArgsOption('--args', args),
    kwargs: kwargs === undefined ? {} : parseKwargsOption('--kwargs', kwargs),
    options: {
      ...Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined)),
      ...(countdown !== undefined && { countdown: parseNumberOption('--countdown', countdown) }),
      ...(eta !== undefined && { eta: parseTime('--eta', eta) }),
      ...(expires !== undefined && { expires: readExpires(expires) }),
      ...(priority !== undefined && { priority: parseIntegerOption('--priority', priority, 0, 255) }),
    },
  };
}

function readExpires(text: string): number | Date {
  return /^[\d.]+$/.test(text) ? parseNumberOption('--expires', text) : new Date(parseTime('--expires', text));
}

function parseTime(option: string, text: string): number {
  try {
    return parseIsoTime(text);
  } catch (cause) {
    throw new UsageError(option, `${option} must be an ISO 8601 time, got "${escapeForLog(text, 40)}".`, {
      cause,
      hint: 'Write 2027-01-31T08:30:00Z.',
    });
  }
}

/** `--timeout` in milliseconds. */
export function readTimeout(options: ParsedOptions): number | undefined {
  const text = options['timeout'];
  if (text === undefined) return undefined;
  if (options['wait'] !== true) throw new UsageError('--timeout', '--timeout is of use only together with --wait.');
  return parseNumberOption('--timeout', String(text)) * 1000;
}
