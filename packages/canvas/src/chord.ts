import type { Accepts, AnySignature, HandleOf, ResultNode, ResultOf } from '@celeriac/core';
import { chordOf, membersOf } from '@celeriac/core/internal';
import type { SignatureJson } from '@celeriac/protocol';
import { callerOf } from './canvas-options.ts';
import type { HeaderMissing, HeaderResults } from './canvas-types.ts';
import { Chord } from './chord-signature.ts';
import { Group } from './group-signature.ts';
import { signatureFrom, signatureList } from './signature-list.ts';

/** How a chord is looked after where the result store cannot join it: a task looks whether all header tasks are ready. */
export interface ChordPolling {
  /** Before the first look, seconds. Default 1. */
  readonly countdown?: number;
  /** Between two looks, seconds. Default: `resultChordRetryInterval`. */
  readonly interval?: number;
  /** Looks after the first, before the body fails with a `ChordError`. Default: no end. */
  readonly maxRetries?: number;
}

/**
 * A header of signatures that run in parallel, and a body that runs once, when all have succeeded, with the list of their
 * results. If one fails the body fails with a `ChordError` that names it. An empty header calls the body at once.
 *
 * Options of the chord go to its header.
 * @param polling - for result stores that cannot join; others do not look at it
 * @throws {SignatureError} for a member that is no signature; {@link RangeError} for times or counts that cannot be
 * @see celery/canvas.py chord
 */
export function chord<const Header extends AnySignature | Iterable<AnySignature>, Body extends AnySignature>(
  header: Header,
  body: Body & Accepts<Body, HeaderResults<Header>>,
  polling: ChordPolling = {},
): Chord<ResultOf<Body>, HeaderMissing<Header>, Extract<HandleOf<Body>, ResultNode>> {
  const last = signatureFrom(body, 'chord.body');
  const [members, callers] = headerOf(header);
  const json = { ...chordOf(members, last.toJSON()), options: pollingOptions(polling) };
  return new Chord(json, callerOf([...callers, last]));
}

function headerOf(
  header: AnySignature | Iterable<AnySignature>,
): readonly [header: SignatureJson | readonly SignatureJson[], callers: readonly AnySignature[]] {
  if (header instanceof Group) {
    const json = header.toJSON();
    return [Object.keys(json.options).length > 0 ? json : membersOf(json), [header]];
  }
  const members = signatureList([header], 'chord.header');
  return [members.map((member) => member.toJSON()), members];
}

/** By Python's names. @see celery/canvas.py _chord.run */
function pollingOptions({ countdown, interval, maxRetries }: ChordPolling): SignatureJson['options'] {
  const options = { countdown, interval, max_retries: maxRetries };
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    if (!(Number.isFinite(value) && value >= 0))
      throw new RangeError(`${name} of a chord must be at least 0, not ${value}.`);
  }
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
