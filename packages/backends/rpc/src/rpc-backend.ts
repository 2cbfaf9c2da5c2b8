import {
  type Backend,
  type BackendCapabilities,
  type BackendContext,
  BackendUnavailableError,
  decideStores,
  ForeignJointWorkError,
  type ResultWatch,
  ResultWatchHub,
  requireResultIds,
  type StoreReport,
  type StoreRequest,
} from '@celeriac/backend';
import { isCeleriacError, isReady, type JointWork, type RawMessage, type ResultMeta } from '@celeriac/protocol';
import type { ConnectionGuard, OutgoingMessage, PublishOutcome } from '@celeriac/transport';
import { rpcCapabilities } from './capabilities.ts';
import { FinalResults } from './final-results.ts';
import { ReplyBox } from './reply-box.ts';
import { ReplyCodec } from './reply-codec.ts';
import { ReplyQueue } from './reply-queue.ts';

/** Celery's `backlog_limit`. */
const UNSEEN_LIMIT = 1000;
const CLOSE_MS = 5000;
const URL = 'rpc://';

/** Settings of {@link rpcBackend}. */
export interface RpcBackendOptions {
  /** A connection of its own to the application's broker. The backend starts and stops it. */
  readonly guard: ConnectionGuard;
  /** Name of this process's reply queue. */
  readonly replyTo: string;
  readonly context: BackendContext;
  /** Replies outlive a restart of the broker. Default false, as Celery's `result_persistent`. */
  readonly persistent?: boolean;
}

/** Results as messages to the process that sent the task; nobody else can read them. */
export function rpcBackend(options: RpcBackendOptions): Backend {
  return new RpcBackend(options);
}

class RpcBackend implements Backend {
  readonly name: string = 'rpc';
  readonly url: string = URL;
  readonly capabilities: BackendCapabilities = rpcCapabilities;
  readonly #guard: ConnectionGuard;
  readonly #context: BackendContext;
  readonly #codec: ReplyCodec;
  readonly #box: ReplyBox;
  readonly #queue: ReplyQueue;
  readonly #hub: ResultWatchHub;
  readonly #final = new FinalResults();
  #onSet: ((ids: readonly string[]) => void) | undefined;

  constructor({ guard, replyTo, context, persistent = false }: RpcBackendOptions) {
    const { clock, logger, serializer, resultExpiresMs } = context;
    this.#guard = guard;
    this.#context = context;
    this.#codec = new ReplyCodec(serializer, logger, persistent);
    const onDropped = (taskId: string): void =>
      logger.warning(`More than ${UNSEEN_LIMIT} results arrived that nobody waits for; the oldest is dropped.`, {
        taskId,
      });
    this.#box = new ReplyBox({ limit: UNSEEN_LIMIT, resultExpiresMs, onDropped });
    const onReplies = (messages: readonly RawMessage[]): void => this.#receive(messages);
    this.#queue = new ReplyQueue({ guard, name: replyTo, expiresMs: resultExpiresMs, onReplies, clock, logger });
    this.#hub = new ResultWatchHub({
      load: async (ids) => ids.map((id) => this.#box.read(id, clock.now())),
      clock,
      logger,
      feed: {
        subscribe: async (ids, onSet) => {
          this.#onSet = onSet;
          this.#box.await(ids);
        },
        unsubscribe: async (ids) => this.#box.release(ids),
      },
    });
  }

  async connect(): Promise<void> {
    try {
      await this.#queue.start();
    } catch (error) {
      throw this.#errorOf(error);
    }
  }

  async store(requests: readonly StoreRequest[], joint?: JointWork): Promise<StoreReport> {
    if (joint !== undefined) throw new ForeignJointWorkError(joint.domain, this.name);
    requireResultIds(requests.map(({ meta }) => meta.task_id));
    const { outcomes, winners } = decideStores(requests, (id) => this.#final.get(id));
    const replies = winners.filter(({ replyTo }) => replyTo !== undefined && replyTo !== '');
    const messages = replies.map(
      (request): OutgoingMessage => ({
        exchange: '',
        routingKey: request.replyTo!,
        message: this.#codec.encode(request),
      }),
    );
    if (messages.length > 0) this.#report(await this.#publish(messages), messages);
    for (const { meta } of winners) if (isReady(meta.status)) this.#final.add(meta.task_id, meta.status);
    return { outcomes, settled: [] };
  }

  async load(ids: readonly string[]): Promise<readonly (ResultMeta | undefined)[]> {
    requireResultIds(ids);
    const { clock } = this.#context;
    if (ids.length > 0) await this.#caughtUp();
    return ids.map((id) => this.#box.read(id, clock.now()));
  }

  watch(onReady: (metas: readonly ResultMeta[]) => void): ResultWatch {
    return this.#hub.watch(onReady);
  }

  async forget(ids: readonly string[]): Promise<void> {
    requireResultIds(ids);
    await this.#caughtUp();
    for (const id of ids) {
      this.#box.forget(id);
      this.#final.delete(id);
    }
  }

  async cleanup(): Promise<number> {
    return 0;
  }

  async close(): Promise<void> {
    this.#hub.close();
    this.#queue.stop();
    await this.#guard.stop(CLOSE_MS);
  }

  #receive(messages: readonly RawMessage[]): void {
    const nowMs = this.#context.clock.now();
    const ids: string[] = [];
    for (const message of messages) {
      const meta = this.#codec.decode(message);
      if (meta === undefined) continue;
      this.#box.put(meta, nowMs);
      ids.push(meta.task_id);
    }
    if (ids.length > 0) this.#onSet?.(ids);
  }

  async #caughtUp(): Promise<void> {
    try {
      await this.#queue.caughtUp();
    } catch (error) {
      throw this.#errorOf(error);
    }
  }

  async #publish(messages: readonly OutgoingMessage[]): Promise<readonly PublishOutcome[]> {
    try {
      return await this.#guard.run((transport) => transport.publish(messages));
    } catch (error) {
      throw this.#errorOf(error);
    }
  }

  /** A caller that has gone, or names a queue that cannot be, is no reason to run the task again. */
  #report(outcomes: readonly PublishOutcome[], messages: readonly OutgoingMessage[]): void {
    for (const [index, outcome] of outcomes.entries()) {
      if (outcome === undefined) continue;
      if (!isCeleriacError(outcome, 'CLR_CHANNEL')) throw outcome;
      const taskId = messages[index]!.message.properties.correlationId;
      this.#context.logger.warning('A result cannot be sent to its caller.', { taskId, error: outcome });
    }
  }

  #errorOf(error: unknown): unknown {
    if (!isCeleriacError(error, 'CLR_CONNECTION_LOST')) return error;
    return new BackendUnavailableError(URL, error.message, { cause: error });
  }
}
