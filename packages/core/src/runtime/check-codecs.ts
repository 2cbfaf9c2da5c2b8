import { acceptList, type CompressionRegistry, isCeleriacError, type SerializerRegistry } from '@celeriac/protocol';
import { checkOptions } from '../publish/check-call.ts';
import { ConfigurationError, shownValue } from '../settings/configuration-error.ts';
import type { Settings } from '../settings/settings.ts';
import type { ResolvedTaskOptions } from '../task/registered-task.ts';

/** What an application can write and read. */
export interface Codecs {
  readonly serializers: SerializerRegistry;
  readonly compressions: CompressionRegistry;
}

/** @throws {ConfigurationError} for a setting that names a serializer or compression which is not registered */
export function checkCodecSettings(settings: Settings, { serializers, compressions }: Codecs): void {
  const { acceptContent, taskSerializer, resultSerializer, eventSerializer, taskCompression } = settings;
  for (const name of acceptContent) named('acceptContent', name, () => acceptList([name], serializers));
  named('taskSerializer', taskSerializer, () => serializers.byName(taskSerializer));
  named('resultSerializer', resultSerializer, () => serializers.byName(resultSerializer));
  named('eventSerializer', eventSerializer, () => serializers.byName(eventSerializer));
  if (typeof taskCompression === 'string')
    named('taskCompression', taskCompression, () => compressions.byName(taskCompression));
}

/** @throws {ConfigurationError} for a task whose serializer or compression is not registered, or whose expiry is no time */
export function checkTaskCodecs(
  task: string,
  options: ResolvedTaskOptions,
  { serializers, compressions }: Codecs,
): void {
  const { serializer, compression, expires } = options;
  const owner = `of task "${task}"`;
  if (typeof serializer === 'string') named(`serializer ${owner}`, serializer, () => serializers.byName(serializer));
  if (typeof compression === 'string')
    named(`compression ${owner}`, compression, () => compressions.byName(compression));
  if (typeof expires === 'string') named(`expires ${owner}`, expires, () => checkOptions({ expires }));
}

function named(key: string, value: string, look: () => unknown): void {
  try {
    look();
  } catch (cause) {
    const hint = isCeleriacError(cause) ? cause.hint : undefined;
    const problem = isCeleriacError(cause, 'CLR_INVALID_CALL') ? 'cannot be' : 'names nothing that is registered:';
    throw new ConfigurationError(key, `${problem} ${shownValue(value)}`, {
      cause,
      value: shownValue(value),
      ...(hint !== undefined && { hint }),
    });
  }
}
