import { Step } from '../step.ts';
import type { ConsumerInternals } from '../worker-internals.ts';

/**
 * `events`: what tells monitors and other workers. It has the connection for sending, outlives lost connections for
 * reading, and ends after everything that has something to tell.
 */
export class EventsStep extends Step<ConsumerInternals> {
  static readonly stepName = 'events';
  static readonly requires: readonly string[] = ['connection'];

  override info({ worker: { events } }: ConsumerInternals): { readonly [name: string]: unknown } {
    const { waiting, dropped } = events.dispatcher;
    return { taskEvents: events.dispatcher.sends('task'), waiting, dropped };
  }
}
