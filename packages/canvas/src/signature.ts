import type { AnyArguments, ResultNode, Signature } from '@celeriac/core';
import type { SignatureJson } from '@celeriac/protocol';
import type { CanvasOptions } from './canvas-options.ts';
import { fromJson } from './from-json.ts';

/**
 * A signature out of JSON: from a message, a file, or another program. Its kind is kept, its types are not known.
 * @throws {SignatureError} naming the part that is no signature
 * @see celery/canvas.py signature, Signature.from_dict
 */
export function signature(
  json: SignatureJson | { toJSON(): SignatureJson },
  options: CanvasOptions = {},
): Signature<unknown, AnyArguments, ResultNode> {
  const plain =
    Object(json) === json && 'toJSON' in json && typeof json.toJSON === 'function'
      ? json.toJSON()
      : (json as SignatureJson);
  return fromJson(plain, options.app?.['~caller'], 'signature') as Signature<unknown, AnyArguments, ResultNode>;
}
