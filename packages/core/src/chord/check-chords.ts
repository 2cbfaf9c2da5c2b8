import type { SignatureJson } from '@celeriac/protocol';
import { repliesByMessage } from '../runtime/replies-by-message.ts';
import { ConfigurationError } from '../settings/configuration-error.ts';
import type { Settings } from '../settings/settings.ts';
import { headerSize } from '../signature/chord-size.ts';
import { freezeSignature } from '../signature/freeze-signature.ts';
import { stepsWithin } from '../signature/locate-step.ts';
import { bodyOf, headerOf } from '../signature/signature-parts.ts';

/**
 * Refuses a workflow with a chord anywhere in it when the settings alone say that none can run, before its first step is sent.
 * @throws {ConfigurationError} naming the step
 * @see celery/backends/rpc.py ensure_chords_allowed
 */
export function checkChords(signature: SignatureJson, settings: Settings): void {
  const isShared = settings.resultBackend !== undefined && !repliesByMessage(settings);
  if (isShared || signature.subtask_type === null) return;
  // As it will run: a group that something follows is a chord too.
  const frozen = freezeSignature(signature, { newId: () => '' });
  for (const { path, signature: step } of stepsWithin(frozen)) {
    if (step.subtask_type !== 'chord' || headerSize(headerOf(step)) === 0) continue;
    throw chordsNeedSharedResults(settings.resultBackend === undefined ? undefined : 'rpc', bodyOf(step), path);
  }
}

/**
 * Whoever finishes the last member must see the results of the others.
 * @param backend - its name; undefined without any
 * @param place - where the chord stands in its workflow
 */
export function chordsNeedSharedResults(
  backend: string | undefined,
  body: SignatureJson,
  place = 'celery.chord',
): ConfigurationError {
  const chord = `${place} with the body ${body.task}`;
  const problem =
    backend === undefined
      ? `is not set, and ${chord} waits for results`
      : `is ${backend}, whose results only their caller sees: it cannot run ${chord}`;
  return new ConfigurationError('resultBackend', problem, {
    hint: 'Use a result store that all workers share, such as redis:// or a database.',
  });
}
