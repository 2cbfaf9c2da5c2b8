import { parseSignature, type SignatureJson } from '@celeriac/protocol';

/** A signature, or something that turns into one. */
export type SignatureLike = SignatureJson | { toJSON(): SignatureJson };

/** One or many signatures as they travel. */
export function signatureList(signatures: SignatureLike | readonly SignatureLike[]): readonly SignatureJson[] {
  return Array.isArray(signatures) ? signatures.map(signatureJson) : [signatureJson(signatures as SignatureLike)];
}

function signatureJson(signature: SignatureLike): SignatureJson {
  return 'toJSON' in signature && typeof signature.toJSON === 'function'
    ? signature.toJSON()
    : parseSignature(signature, 'signature');
}
