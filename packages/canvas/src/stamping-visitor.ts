import type { SignatureJson } from '@celeriac/protocol';

/**
 * What a hook adds: values by name. All names are stamps, unless `stampedHeaders` lists those that are; the others are then
 * options of the task, by Python's names.
 */
export interface StampHeaders {
  readonly stampedHeaders?: readonly string[];
  readonly [name: string]: unknown;
}

/**
 * Decides which stamps the tasks of a workflow get. What a hook returns is for the signature at hand and all below it.
 * @see celery/canvas.py StampingVisitor
 */
export interface StampingVisitor {
  /** Called for every task. @param headers - what was gathered on the way to it */
  onSignature(signature: SignatureJson, headers: StampHeaders): StampHeaders | undefined;
  onGroupStart?(group: SignatureJson, headers: StampHeaders): StampHeaders | undefined;
  onGroupEnd?(group: SignatureJson, headers: StampHeaders): void;
  onChainStart?(chain: SignatureJson, headers: StampHeaders): StampHeaders | undefined;
  onChainEnd?(chain: SignatureJson, headers: StampHeaders): void;
  /** Default: `onGroupStart` of the header. */
  onChordHeaderStart?(chord: SignatureJson, headers: StampHeaders): StampHeaders | undefined;
  onChordHeaderEnd?(chord: SignatureJson, headers: StampHeaders): void;
  onChordBody?(chord: SignatureJson, headers: StampHeaders): StampHeaders | undefined;
  onCallback?(callback: SignatureJson, headers: StampHeaders): StampHeaders | undefined;
  onErrback?(errback: SignatureJson, headers: StampHeaders): StampHeaders | undefined;
}
