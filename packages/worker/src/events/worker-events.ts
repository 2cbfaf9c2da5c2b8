import type { AppRuntime, EventDispatcher } from '@celeriac/core/internal';
import { systemClock } from '@celeriac/protocol';
import type { ResolvedChatterOptions } from './chatter-options.ts';
import { Gossip } from './gossip.ts';
import { Heart, type Pulse } from './heart.ts';

/** How long the last events may take to leave. */
const LAST_EVENTS_MS = 500;

/** What the events of a worker are made of. */
export interface WorkerEventsParts {
  readonly runtime: AppRuntime;
  /** The worker's node name. */
  readonly hostname: string;
  readonly options: ResolvedChatterOptions;
  readonly pulse: () => Pulse;
}

/** What one worker tells others: about its tasks, where that is wanted, and that it is there. */
export class WorkerEvents {
  readonly dispatcher: EventDispatcher;
  readonly heart: Heart | undefined;
  /** Other workers; undefined for a worker that does not listen. */
  readonly gossip: Gossip | undefined;

  constructor({ runtime, hostname, options, pulse }: WorkerEventsParts) {
    const { taskEvents, withoutHeartbeat, withoutGossip, heartbeatIntervalMs } = options;
    this.dispatcher = runtime.openEvents({
      hostname,
      listsTasks: true,
      groups: taskEvents ? [] : ['worker'],
      enabled: taskEvents || !withoutHeartbeat || !withoutGossip,
    });
    // In real time, whatever clock the app has: who moves time by a year wants no year of heartbeats.
    const { heartbeatSent } = runtime.signals;
    const onBeat = (): void => heartbeatSent.send({ hostname });
    const parts = { events: this.dispatcher, clock: systemClock, intervalMs: heartbeatIntervalMs, pulse, onBeat };
    this.gossip = withoutGossip
      ? undefined
      : new Gossip({ runtime, hostname, events: this.dispatcher, ttlMs: heartbeatIntervalMs });
    this.heart = withoutHeartbeat ? undefined : new Heart(parts);
  }

  /** Says goodbye, and lets what waits leave. */
  async stop(): Promise<void> {
    this.heart?.stop();
    await this.dispatcher.close(LAST_EVENTS_MS);
  }
}
