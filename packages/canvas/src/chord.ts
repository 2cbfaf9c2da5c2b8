import type { Accepts, AnySignature, HandleOf, ResultNode, ResultOf } from '@celeriac/core';
import { chordOf, membersOf } from '@celeriac/core/internal';
import { callerOf } from './canvas-options.ts';
import type { HeaderMissing, HeaderResults } from './canvas-types.ts';
import { Chord } from './chord-signature.ts';
import { Group } from './group-signature.ts';
import { signatureFrom, signatureList } from './signature-list.ts';

/**
 * A header of signatures that run in parallel, and a body that runs once, when all have succeeded, with the list of their
 * results. If one fails the body fails with a `ChordError` that names it. An empty header calls the body at once.
 *
 * Options of the chord go to its header; `interval`, `max_retries` and `countdown` (seconds) tune the polling of result
 * stores that cannot join.
 * @throws {SignatureError} for a member that is no signature
 * @see celery/canvas.py chord
 */
export function chord<const Header extends AnySignature | Iterable<AnySignature>, Body extends AnySignature>(
  header: Header,
  body: Body & Accepts<Body, HeaderResults<Header>>,
): Chord<ResultOf<Body>, HeaderMissing<Header>, Extract<HandleOf<Body>, ResultNode>> {
  const last = signatureFrom(body, 'chord.body');
  if (header instanceof Group) {
    const json = header.toJSON();
    const members = Object.keys(json.options).length > 0 ? json : membersOf(json);
    return new Chord(chordOf(members, last.toJSON()), callerOf([header, last]));
  }
  const members = signatureList([header], 'chord.header');
  const json = chordOf(
    members.map((member) => member.toJSON()),
    last.toJSON(),
  );
  return new Chord(json, callerOf([...members, last]));
}
