import type { RawMessage } from './raw-message.ts';
import type { SignatureJson } from './signature-json.ts';
import { encodeMessageBody, type TaskCall, type TaskCodec, taskProperties, timeText } from './task-message.ts';

/**
 * A task as a message of protocol 1, for workers older than Celery 4: everything is in the body. What that protocol has no
 * field for stays behind: `shadow`, root and parent, stamps, `ignoreResult`, the texts of the arguments. The steps of a
 * chain become links within links, as Celery writes them.
 * @param now - Unix milliseconds; only used where the call expires
 * @throws {EncodeError} naming the path in the body
 * @see celery/app/amqp.py as_task_v1
 */
export function encodeTaskMessageV1(call: TaskCall, codec: TaskCodec, now: number): RawMessage {
  const group = call.group ?? null;
  const body = {
    task: call.task,
    id: call.id,
    args: call.args,
    kwargs: call.kwargs,
    group,
    group_index: call.groupIndex ?? null,
    retries: call.retries ?? 0,
    eta: timeText(call.eta),
    expires: timeText(call.expires),
    utc: true,
    callbacks: callbacksOf(call),
    errbacks: call.errbacks ?? null,
    timelimit: [call.timeLimitSeconds ?? null, call.softTimeLimitSeconds ?? null],
    taskset: group,
    chord: call.chord ?? null,
  };
  const headers: { [name: string]: unknown } = {};
  for (const [name, value] of Object.entries(call.headers ?? {})) if (name !== '__proto__') headers[name] = value;
  return {
    body: encodeMessageBody(body, codec, headers),
    contentType: codec.serializer.contentType,
    contentEncoding: codec.serializer.contentEncoding,
    headers,
    properties: taskProperties(call, now),
  };
}

function callbacksOf({ callbacks, chain }: TaskCall): readonly SignatureJson[] | null {
  const steps = chain ?? [];
  return steps.length === 0 ? (callbacks ?? null) : [...(callbacks ?? []), linked(steps)];
}

/** @param steps - the next one last */
function linked(steps: readonly SignatureJson[]): SignatureJson {
  const next = steps.at(-1)!;
  const rest = steps.slice(0, -1);
  if (rest.length === 0) return next;
  const links = next.options['link'];
  const own = Array.isArray(links) ? links : links === undefined || links === null ? [] : [links];
  return { ...next, options: { ...next.options, link: [...own, linked(rest)] } };
}
