import { StartStopStep } from '../step.ts';
import type { ConsumerInternals } from '../worker-internals.ts';

/** `gossip`: listens to other workers. */
export class GossipStep extends StartStopStep<ConsumerInternals> {
  static readonly stepName = 'gossip';
  static readonly requires: readonly string[] = ['events', 'mingle'];

  override includeIf({ worker }: ConsumerInternals): boolean {
    return worker.events.gossip !== undefined;
  }

  override async start(consumer: ConsumerInternals): Promise<void> {
    await consumer.worker.events.gossip?.start(consumer.transport, (error) => consumer.lost(error));
  }

  override async stop({ worker }: ConsumerInternals): Promise<void> {
    await worker.events.gossip?.stop();
  }

  override info({ worker }: ConsumerInternals): { readonly [name: string]: unknown } {
    return { peers: worker.events.gossip?.peers.length ?? 0 };
  }
}
