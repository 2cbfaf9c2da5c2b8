import type { SignatureJson } from '@celeriac/protocol';
import { bodyOf, membersOf } from './signature-parts.ts';

/**
 * How many completions a chord waits for when `signature` stands in its header.
 * @see celery/canvas.py _chord._descend
 */
export function chordSize(signature: SignatureJson): number {
  switch (signature.subtask_type) {
    case 'group':
      return sum(membersOf(signature));
    case 'chain': {
      // Only the end of a chain reports to the chord; an empty tail reports nothing, so look further to the front.
      for (const step of membersOf(signature).toReversed()) {
        const size = chordSize(step);
        if (size > 0) return size;
      }
      return 0;
    }
    case 'chord':
      return chordSize(bodyOf(signature));
    default:
      return 1;
  }
}

/** The completions of a whole header. */
export function headerSize(header: readonly SignatureJson[]): number {
  return sum(header);
}

function sum(signatures: readonly SignatureJson[]): number {
  return signatures.reduce((total, signature) => total + chordSize(signature), 0);
}
