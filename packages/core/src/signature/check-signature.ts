import { type InvalidTaskError, isCeleriacError, parseSignature, type SignatureJson } from '@celeriac/protocol';
import { checkOptions } from '../publish/check-call.ts';
import type { AppRuntime } from '../runtime/app-runtime.ts';
import { isEmptyChain } from './freeze-signature.ts';
import { isSignature, stepsWithin } from './locate-step.ts';
import { fromWireOptions } from './option-names.ts';
import { SignatureError } from './signature-error.ts';
import { bodyOf } from './signature-parts.ts';

/**
 * Refuses what could not run, before any of it is sent.
 * @param isAwaited - a chord waits for its result
 * @returns the signature, with Celery's keys and defaults
 * @throws {SignatureError} naming the step
 */
export function checkSignature(given: SignatureJson, runtime: AppRuntime, isAwaited = false): SignatureJson {
  const signature = parsed(given);
  const awaited = { inHeader: isAwaited, isFollowed: false };
  for (const { path, signature: step, inHeader } of stepsWithin(signature, '', awaited)) {
    if (step.subtask_type === 'chain' && isEmptyChain(step)) throw new SignatureError(path, 'has no steps');
    if (step.subtask_type === 'chord' && !isSignature(bodyOf(step))) throw new SignatureError(path, 'has no body');
    checkStepOptions(path, step);
    if (inHeader && step.subtask_type === null && ignoresResult(step, runtime)) {
      throw new SignatureError(path, 'stands in the header of a chord and ignores its result', {
        hint: 'The body gets the results of all members: drop ignoreResult.',
      });
    }
  }
  return signature;
}

/** Finds the task whose arguments cannot be encoded, for a message that could not. */
export function unencodableStep(
  signature: SignatureJson,
  error: unknown,
  encode: (value: unknown) => unknown,
): SignatureError | undefined {
  if (!isCeleriacError(error, 'CLR_ENCODE')) return undefined;
  for (const { path, signature: step } of stepsWithin(signature)) {
    if (step.subtask_type !== null) continue;
    try {
      encode([step.args, step.kwargs]);
    } catch (cause) {
      return new SignatureError(path, `its arguments cannot be sent: ${messageOf(cause)}`, { cause });
    }
  }
  return undefined;
}

function parsed(given: SignatureJson): SignatureJson {
  try {
    return parseSignature(given, given.task ?? 'signature');
  } catch (error) {
    if (!isCeleriacError(error, 'CLR_INVALID_TASK')) throw error;
    throw new SignatureError((error as InvalidTaskError).field, error.message, { cause: error });
  }
}

function checkStepOptions(path: string, step: SignatureJson): void {
  if (Object.keys(step.options).length === 0) return;
  try {
    checkOptions(fromWireOptions(step.options));
  } catch (error) {
    if (!isCeleriacError(error, 'CLR_INVALID_CALL')) throw error;
    throw new SignatureError(path, error.message, {
      cause: error,
      ...(error.hint !== undefined && { hint: error.hint }),
    });
  }
}

function ignoresResult({ task, options }: SignatureJson, { tasks, settings }: AppRuntime): boolean {
  const asked = options['ignore_result'];
  if (typeof asked === 'boolean') return asked;
  return tasks.get(task)?.options.ignoreResult ?? settings.taskIgnoreResult;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
