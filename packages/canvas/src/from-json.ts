import { type AnySignature, Signature, SignatureError, type TaskCaller } from '@celeriac/core';
import { isCeleriacError, parseSignature, type SignatureJson } from '@celeriac/protocol';
import { Chain } from './chain-signature.ts';
import { Chord } from './chord-signature.ts';
import { Group } from './group-signature.ts';

/**
 * A signature of the kind that its `subtask_type` names.
 * @param place - what to call it in errors
 * @throws {SignatureError} naming the part that is none
 * @see celery/canvas.py Signature.from_dict
 */
export function fromJson(json: SignatureJson, caller: TaskCaller | undefined, place: string): AnySignature {
  const parsed = parse(json, place);
  switch (parsed.subtask_type) {
    case 'chain':
      return new Chain(parsed, caller);
    case 'group':
      return new Group(parsed, caller);
    case 'chord':
      return new Chord(parsed, caller);
    default:
      return new Signature(parsed, caller);
  }
}

function parse(json: SignatureJson, place: string): SignatureJson {
  try {
    return parseSignature(json, place);
  } catch (error) {
    if (!isCeleriacError(error, 'CLR_INVALID_TASK')) throw error;
    const { field } = error as unknown as { readonly field: string };
    throw new SignatureError(field, error.message, { cause: error });
  }
}
