import type { AppRuntime } from '@celeriac/core/internal';
import {
  decodeMessageBody,
  decodeTaskBodyOf,
  isCeleriacError,
  type RawMessage,
  readTaskRequest,
} from '@celeriac/protocol';

/** A task message. */
export interface TestMessage {
  readonly queue: string;
  /** The task's name. */
  readonly task: string;
  readonly id: string;
  readonly args: readonly unknown[];
  readonly kwargs: { readonly [name: string]: unknown };
  /** Not to run before; null = at once. */
  readonly eta: Date | null;
  /** Not to run after. */
  readonly expires: Date | null;
  /** Attempts made before. */
  readonly retries: number;
}

/** A task message and when it was sent. */
export interface SentMessage extends TestMessage {
  /** By the moved clock. */
  readonly sentAt: Date;
}

/** What reading messages takes of an app. */
export type ReadingRuntime = Pick<AppRuntime, 'serializers' | 'compressions' | 'accept' | 'limits'>;

/** Undefined for what is no task message that the app can read. */
export function readTestMessage(queue: string, message: RawMessage, runtime: ReadingRuntime): TestMessage | undefined {
  const { serializers, compressions, accept, limits } = runtime;
  try {
    const request = readTaskRequest(message, () => decodeMessageBody(message, runtime), limits);
    const { args, kwargs } = decodeTaskBodyOf(message, request, serializers, accept, compressions, limits);
    const { task, id, retries } = request;
    const [eta, expires] = [dateOf(request.etaMs), dateOf(request.expiresMs)];
    return { queue, task, id, args, kwargs, eta, expires, retries };
  } catch (error) {
    if (isCeleriacError(error)) return undefined;
    throw error;
  }
}

function dateOf(ms: number | null): Date | null {
  return ms === null ? null : new Date(ms);
}
