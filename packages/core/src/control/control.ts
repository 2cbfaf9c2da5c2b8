import type { RateLimit } from '../task/registered-task.ts';
import type { Broadcast, BroadcastOptions, CommandSender } from './broadcast.ts';
import type { CommandAnswer, NodeReply, OrError } from './control-replies.ts';
import { Inspect, type InspectOptions } from './inspect.ts';

/** How a running task is ended. */
export interface TerminateOptions {
  /** Also end those that run. Default false. */
  readonly terminate?: boolean;
  /** The signal that a pool process gets. Default `SIGTERM`. */
  readonly signal?: NodeJS.Signals;
}

/** {@link BroadcastOptions}, with `timeoutMs` and others for the replies. */
export type RevokeOptions = Omit<BroadcastOptions, 'signal'> & TerminateOptions;

/** A queue for `addConsumer`. Left out, exchange and routing key have the queue's name. */
export interface ConsumerOptions extends BroadcastOptions {
  readonly exchange?: string;
  /** Default `direct`. */
  readonly exchangeType?: 'direct' | 'topic' | 'fanout' | 'headers';
  readonly routingKey?: string;
  /** More options of the queue, by their names in kombu: `durable`, `max_priority`, `queue_arguments` … */
  readonly options?: { readonly [name: string]: unknown };
}

/** Limits in seconds; one that is left out is taken away. */
export interface TimeLimits {
  readonly soft?: number;
  readonly hard?: number;
}

type Answers = Promise<readonly NodeReply<CommandAnswer>[]>;

/**
 * Tells workers what to do. A command reaches the workers that are connected when it is sent; without `reply` nobody
 * learns whether one did.
 * @see celery/app/control.py Control
 */
export class Control {
  readonly #sender: () => Promise<CommandSender>;
  readonly #purge: () => Promise<number>;
  readonly #warn: (text: string) => void;

  constructor(sender: () => Promise<CommandSender>, purge: () => Promise<number>, warn: (text: string) => void) {
    this.#sender = sender;
    this.#purge = purge;
    this.#warn = warn;
  }

  /**
   * Sends any command, the app's own among them.
   * @returns replies in the order in which they came; none unless `reply` is set
   * @throws {PublishError} when the broker stays away, {@link ControlUnavailableError} where it has no fanout
   */
  async broadcast<Value = unknown>(
    command: string,
    options: Broadcast = {},
  ): Promise<readonly NodeReply<OrError<Value>>[]> {
    const replies = await (await this.#sender()).broadcast(command, options);
    return replies as readonly NodeReply<OrError<Value>>[];
  }

  /** Asks workers about themselves. */
  inspect(options: InspectOptions = {}): Inspect {
    return new Inspect(this.#sender, options, (node) => {
      this.#warn(`Several nodes answer to the name "${node.slice(0, 255)}": give each a name of its own (-n)`);
    });
  }

  /** Who lives. Unlike the others it always waits for replies. */
  ping(options: Omit<BroadcastOptions, 'reply'> = {}): Answers {
    return this.#command('ping', {}, { ...options, reply: true });
  }

  /**
   * Tasks with these ids are not run, by no worker that is told now.
   * @see celery/app/control.py Control.revoke
   */
  revoke(
    ids: string | readonly string[],
    { terminate = false, signal = 'SIGTERM', ...options }: RevokeOptions = {},
  ): Answers {
    return this.#command('revoke', { task_id: ids, terminate, signal }, options);
  }

  /** As {@link revoke}; tasks that run are ended. */
  terminate(ids: string | readonly string[], options: Omit<RevokeOptions, 'terminate'> = {}): Answers {
    return this.revoke(ids, { ...options, terminate: true });
  }

  /**
   * Tasks with one of these stamps are not run.
   * @param headers - values by the stamp's name
   */
  revokeByStampedHeaders(
    headers: { readonly [name: string]: string | readonly string[] },
    { terminate = false, signal = 'SIGTERM', ...options }: RevokeOptions = {},
  ): Answers {
    return this.#command('revoke_by_stamped_headers', { headers, terminate, signal }, options);
  }

  /** How often tasks of a type may start on each worker, until it ends. @param rate - `10/s`, `100/m`, …; 0 = no limit */
  rateLimit(task: string, rate: RateLimit, options?: BroadcastOptions): Answers {
    return this.#command('rate_limit', { task_name: task, rate_limit: rate }, options);
  }

  /** How long tasks of a type may run, from the next one on, until the worker ends. */
  timeLimit(task: string, { soft, hard }: TimeLimits, options?: BroadcastOptions): Answers {
    return this.#command('time_limit', { task_name: task, hard: hard ?? null, soft: soft ?? null }, options);
  }

  /** Reads another queue. */
  addConsumer(queue: string, consumer: ConsumerOptions = {}): Answers {
    const { exchange = null, exchangeType = 'direct', routingKey = null, options: more, ...options } = consumer;
    const args = { queue, exchange, exchange_type: exchangeType, routing_key: routingKey, ...more };
    return this.#command('add_consumer', args, options);
  }

  /** Reads a queue no more. What was taken from it already is still run. */
  cancelConsumer(queue: string, options?: BroadcastOptions): Answers {
    return this.#command('cancel_consumer', { queue }, options);
  }

  enableEvents(options?: BroadcastOptions): Answers {
    return this.#command('enable_events', {}, options);
  }

  disableEvents(options?: BroadcastOptions): Answers {
    return this.#command('disable_events', {}, options);
  }

  /** Each sends a heartbeat event now. */
  heartbeat(options?: BroadcastOptions): Answers {
    return this.#command('heartbeat', {}, options);
  }

  /** `n` more slots. */
  poolGrow(n = 1, options?: BroadcastOptions): Answers {
    return this.#command('pool_grow', { n }, options);
  }

  /** `n` slots less. */
  poolShrink(n = 1, options?: BroadcastOptions): Answers {
    return this.#command('pool_shrink', { n }, options);
  }

  /**
   * New pool processes, where the setting `workerPoolRestarts` is on.
   * @param modules - modules to import again (Python workers)
   */
  poolRestart({
    modules,
    reload = false,
    ...options
  }: BroadcastOptions & {
    readonly modules?: readonly string[];
    readonly reload?: boolean;
  } = {}): Answers {
    return this.#command('pool_restart', { modules: modules ?? null, reload, reloader: null }, options);
  }

  /** Most and fewest slots, of workers that were started with autoscale. */
  autoscale(max: number, min: number, options?: BroadcastOptions): Answers {
    return this.#command('autoscale', { max, min }, options);
  }

  /** Ends workers when their running tasks are done. They do not reply. */
  async shutdown(options?: BroadcastOptions): Promise<void> {
    await this.#command('shutdown', {}, options);
  }

  /**
   * Lets the workers choose one of them, who acts.
   * @param action - for the topic `task`: the signature to apply
   */
  async election(id: string, topic: string, action: unknown = null, options?: BroadcastOptions): Promise<void> {
    await this.#command('election', { id, topic, action }, options);
  }

  /** Drops the waiting messages of the app's queues. @returns how many */
  purge(): Promise<number> {
    return this.#purge();
  }

  /** The same as {@link purge}. */
  discardAll(): Promise<number> {
    return this.#purge();
  }

  #command(command: string, args: { readonly [name: string]: unknown }, options: BroadcastOptions = {}): Answers {
    return this.broadcast(command, { ...options, arguments: args }) as Answers;
  }
}
