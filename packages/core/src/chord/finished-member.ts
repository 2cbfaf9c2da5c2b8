import type { ChordPart } from '@celeriac/backend';
import type { SignatureJson } from '@celeriac/protocol';
import type { WireOptions } from '../signature/option-names.ts';

/** A header task of a chord has finished. */
export interface FinishedMember {
  readonly part: ChordPart;
  /** The chord's body, as the member's message carried it. */
  readonly body: SignatureJson;
  readonly rootId: string;
  /** Options that the body gets from the task that finished last, by Python's names: its stamps, its priority. */
  readonly inherited?: WireOptions;
  /**
   * Whether the chord was opened before the member was sent, as Celeriac does; then a join state that nobody knows is a
   * lost one. Celery tells the size just before it sends the last member.
   */
  readonly openedFirst?: boolean;
  /** Its outcome is not in the result store, where a task that polls would look for it. */
  readonly unstored?: boolean;
}
