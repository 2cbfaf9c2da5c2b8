import { encodeJson, type ExceptionInfo, toExceptionInfo } from '@celeriac/protocol';

/**
 * An error as it is stored; arguments that cannot be encoded are replaced by their text.
 * @see celery/utils/serialization.py ensure_serializable
 */
export function encodeFailure(error: unknown): ExceptionInfo {
  const info = toExceptionInfo(error);
  if (typeof info.exc_message === 'string') return info;
  return { ...info, exc_message: info.exc_message.map(encodable) };
}

function encodable(argument: unknown): unknown {
  try {
    encodeJson(argument);
    return argument;
  } catch {
    return String(argument);
  }
}
