import type { AppRuntime, UnreadableOutcome } from '@celeriac/core/internal';
import {
  decodeTaskBodyOf,
  isCeleriacError,
  type RawMessage,
  type TaskBody,
  type TaskRequest,
} from '@celeriac/protocol';

/** What reading a body takes of an app. */
export type BodyRuntime = Pick<AppRuntime, 'serializers' | 'compressions' | 'accept' | 'limits'>;

/** The arguments and links of a task, or why they cannot be read. Never throws. */
export function readBody(
  message: RawMessage,
  request: Pick<TaskRequest, 'protocol'>,
  runtime: BodyRuntime,
): TaskBody | UnreadableOutcome {
  const { serializers, accept, compressions, limits } = runtime;
  try {
    return decodeTaskBodyOf(message, request, serializers, accept, compressions, limits);
  } catch (error) {
    const code = isCeleriacError(error) ? error.code : 'CLR_DECODE';
    return { kind: 'unreadable', code, reason: error instanceof Error ? error.message : String(error) };
  }
}

export function isUnreadable(reading: TaskBody | UnreadableOutcome): reading is UnreadableOutcome {
  return 'kind' in reading;
}
