import { appTimes, monotonicSeconds } from '../../control/monotonic-seconds.ts';
import { mingle } from '../../events/mingle.ts';
import { StartStopStep } from '../step.ts';
import type { ConsumerInternals } from '../worker-internals.ts';

/** `mingle`: asks other workers, before any task is read, which tasks were revoked. */
export class MingleStep extends StartStopStep<ConsumerInternals> {
  static readonly stepName = 'mingle';
  static readonly requires: readonly string[] = ['events'];

  override includeIf({ worker }: ConsumerInternals): boolean {
    return !worker.options.withoutMingle;
  }

  override async start({ worker, transport }: ConsumerInternals, signal: AbortSignal): Promise<void> {
    const { runtime, pipeline, hostname } = worker;
    const { eventExchange, durable } = transport.capabilities;
    // Where Celery's workers do not talk to each other, and where a broker ends with its process, there is nobody to ask.
    if (eventExchange === 'none' || !durable) return;
    const revoked = monotonicSeconds(pipeline.revokedIds, runtime.clock.monotonic());
    await mingle(
      {
        runtime,
        hostname,
        revoked,
        onRevoked: (ids) => pipeline.revoke([...ids.keys()], appTimes(ids, runtime.clock.monotonic())),
      },
      signal,
    );
  }
}
