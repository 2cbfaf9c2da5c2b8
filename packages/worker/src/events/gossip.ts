import { type AppRuntime, type EventDispatcher, EventSubscription, type ReceivedEvent } from '@celeriac/core/internal';
import { escapeForLog, parseSignature, systemClock, type Timer } from '@celeriac/protocol';
import type { Transport } from '@celeriac/transport';
import { type Candidate, Elections } from './elections.ts';
import { type Peer, type PeerChange, PeerTable } from './peer-table.ts';
import type { PeerListener, PeerWatch } from './peer-watch.ts';

/** How often missing heartbeats are looked for. @see celery/worker/consumer/gossip.py */
const LOOK_MS = 5000;
/** Clocks that are further apart are worth a warning. @see celery/events/state.py HEARTBEAT_DRIFT_MAX */
const MOST_DRIFT_MS = 16_000;
const LONGEST_NAME = 255;
/** Workers whose drift was warned of; names come from outside. */
const MOST_WARNED = 1000;

/** What listening to other workers takes. */
export interface GossipParts {
  readonly runtime: AppRuntime;
  /** The worker's node name. */
  readonly hostname: string;
  readonly events: EventDispatcher;
  /** Milliseconds that an event of others waits to be read. */
  readonly ttlMs: number;
}

type ElectionHandler = (action: unknown) => void | Promise<void>;

/**
 * Listens to other workers: who comes, who goes, whose heartbeats are missing; keeps the logical clock in step, and takes
 * part in elections.
 * @see celery/worker/consumer/gossip.py Gossip
 */
export class Gossip implements PeerWatch {
  readonly #parts: GossipParts;
  readonly #name: string;
  readonly #subscription: EventSubscription;
  readonly #table: PeerTable = new PeerTable();
  readonly #elections: Elections = new Elections();
  readonly #listeners = {
    join: new Set<PeerListener>(),
    leave: new Set<PeerListener>(),
    lost: new Set<PeerListener>(),
  };
  readonly #handlers: Map<string, ElectionHandler> = new Map();
  readonly #warned: Set<string> = new Set();
  #hasTwin = false;
  #timer: Timer | undefined;

  constructor(parts: GossipParts) {
    const { settings, clock, lamport, logger, serializers, limits } = parts.runtime;
    this.#parts = parts;
    this.#name = `${parts.hostname}.${process.pid}`;
    this.#handlers.set('task', (action) => this.#applyTask(action));
    this.#subscription = new EventSubscription({
      settings,
      clock,
      lamport,
      logger,
      serializers,
      limits,
      routingKey: 'worker.#',
      ttlMs: parts.ttlMs,
      onEvents: (events) => {
        for (const event of events) this.#hear(event);
      },
    });
  }

  get peers(): readonly Peer[] {
    return this.#table.peers;
  }

  onJoin(listener: PeerListener): () => void {
    return listen(this.#listeners.join, listener);
  }

  onLeave(listener: PeerListener): () => void {
    return listen(this.#listeners.leave, listener);
  }

  onLost(listener: PeerListener): () => void {
    return listen(this.#listeners.lost, listener);
  }

  onElected(topic: string, handler: ElectionHandler): void {
    this.#handlers.set(topic, handler);
  }

  /** Does nothing where the broker carries no events. @throws {ConnectionLostError} | {ChannelError} */
  async start(transport: Transport, onLost: (error: Error) => void): Promise<void> {
    if (await this.#subscription.start(transport, onLost)) this.#schedule();
  }

  async stop(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    await this.#subscription.stop();
  }

  /** Stands for election: all workers that are told of one do. The elected one acts. */
  election(id: string, topic: string, action: unknown): void {
    this.#parts.events.send('worker-elect', { id, topic, action, cver: 1 });
  }

  #hear(event: ReceivedEvent): void {
    const { type, hostname } = event;
    if (type === 'worker-elect') this.#onElect(event);
    else if (type === 'worker-elect-ack') this.#onElectAck(event);
    else if (hostname === this.#parts.hostname) this.#checkTwin(event);
    else if (type.startsWith('worker-')) this.#onPeer(event);
  }

  #onPeer(event: ReceivedEvent): void {
    this.#checkDrift(event);
    const change = this.#table.hear(event);
    if (change !== undefined) this.#tell(change);
  }

  #onElect({ clock, hostname, pid, fields }: ReceivedEvent): void {
    const { id, topic, action } = fields;
    if (isName(id) && isName(topic)) {
      this.#elections.stand(id, { clock, name: `${hostname}.${pid}`, topic, action }, systemClock.monotonic());
      this.#parts.events.send('worker-elect-ack', { id });
    } else {
      this.#parts.runtime.logger.warning('A candidacy without id or topic was passed over');
    }
  }

  #onElectAck({ fields }: ReceivedEvent): void {
    const { id } = fields;
    if (!isName(id)) return;
    const others = this.#table.alive(this.#parts.runtime.clock.now());
    const elected = this.#elections.acknowledge(id, others, systemClock.monotonic());
    if (elected !== undefined) void this.#onElected(id, elected);
  }

  async #onElected(id: string, { name, topic, action }: Candidate): Promise<void> {
    const { logger } = this.#parts.runtime;
    const shown = escapeForLog(id, LONGEST_NAME);
    if (name !== this.#name) return logger.info(`node ${escapeForLog(name, LONGEST_NAME)} elected for ${shown}`);
    logger.info(`I won the election ${shown}`);
    const handler = this.#handlers.get(topic);
    if (handler === undefined) return logger.error(`Nothing is done for the election topic ${escapeForLog(topic, 60)}`);
    try {
      await handler(action);
    } catch (error) {
      const text = escapeForLog(error instanceof Error ? error.message : String(error));
      logger.error(`What the election ${shown} was for failed: ${text}`, { error });
    }
  }

  async #applyTask(action: unknown): Promise<void> {
    await this.#parts.runtime.publisher.applySignatures([{ signature: parseSignature(action, 'action') }]);
  }

  #schedule(): void {
    this.#timer?.cancel();
    this.#timer = systemClock.setTimer(LOOK_MS, () => this.#look(), { ref: false });
  }

  #look(): void {
    this.#schedule();
    const { clock, logger } = this.#parts.runtime;
    for (const peer of this.#table.dropLost(clock.now())) {
      logger.info(`missed heartbeat from ${escapeForLog(peer.hostname, LONGEST_NAME)}`);
      this.#call(this.#listeners.lost, peer);
    }
  }

  #tell({ kind, peer }: PeerChange): void {
    const { logger } = this.#parts.runtime;
    if (logger.isEnabled('debug')) {
      const name = escapeForLog(peer.hostname, LONGEST_NAME);
      logger.debug(kind === 'join' ? `${name} joined the party` : `${name} left`);
    }
    this.#call(this.#listeners[kind], peer);
  }

  #call(listeners: ReadonlySet<PeerListener>, peer: Peer): void {
    for (const listener of [...listeners]) {
      try {
        listener(peer);
      } catch (error) {
        const text = escapeForLog(error instanceof Error ? error.message : String(error));
        this.#parts.runtime.logger.error(`What listens to other workers failed: ${text}`, { error });
      }
    }
  }

  /** Another process of the same name takes commands and answers that are meant for this one. Told of once. */
  #checkTwin({ type, hostname, pid }: ReceivedEvent): void {
    if (type !== 'worker-heartbeat' || pid === 0 || pid === process.pid || this.#hasTwin) return;
    this.#hasTwin = true;
    const name = escapeForLog(hostname, LONGEST_NAME);
    this.#parts.runtime.logger.warning(
      `Another worker is called ${name} too (process ${pid}). Give each worker a name of its own (-n).`,
    );
  }

  /** Once for each worker. */
  #checkDrift({ hostname, timestamp, receivedAtMs }: ReceivedEvent): void {
    const driftMs = Math.abs(receivedAtMs - timestamp * 1000);
    if (driftMs <= MOST_DRIFT_MS || this.#warned.has(hostname) || this.#warned.size >= MOST_WARNED) return;
    this.#warned.add(hostname);
    const name = escapeForLog(hostname, LONGEST_NAME);
    this.#parts.runtime.logger.warning(
      `Substantial drift from ${name}: its clock and ours differ by ${Math.round(driftMs / 1000)} seconds`,
    );
  }
}

function listen(listeners: Set<PeerListener>, listener: PeerListener): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= LONGEST_NAME;
}
