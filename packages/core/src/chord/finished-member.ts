import type { ChordPart } from '@celeriac/backend';
import type { SignatureJson } from '@celeriac/protocol';

/** A header task of a chord has finished. */
export interface FinishedMember {
  readonly part: ChordPart;
  /** The chord's body, as the member's message carried it. */
  readonly body: SignatureJson;
  readonly rootId: string;
}
