import type { SignatureJson } from '@celeriac/protocol';

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

/** The members of a group or the steps of a chain. */
export function membersOf(signature: SignatureJson): readonly SignatureJson[] {
  const tasks = signature.kwargs['tasks'];
  return Array.isArray(tasks) ? (tasks as readonly SignatureJson[]) : [];
}

/** The header's members, whether it is a plain list or a frozen group. */
export function headerOf(chord: SignatureJson): readonly SignatureJson[] {
  const header = chord.kwargs['header'];
  if (Array.isArray(header)) return header as readonly SignatureJson[];
  return header === null || header === undefined ? [] : membersOf(header as SignatureJson);
}

export function bodyOf(chord: SignatureJson): SignatureJson {
  return chord.kwargs['body'] as SignatureJson;
}

function sum(signatures: readonly SignatureJson[]): number {
  return signatures.reduce((total, signature) => total + chordSize(signature), 0);
}
