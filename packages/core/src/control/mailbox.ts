import { type ControlRequest, escapeForLog, isCeleriacError, type Timer, uuid } from '@celeriac/protocol';
import { publishRetryDelayMs } from '@celeriac/transport';
import { InvalidCallError } from '../publish/invalid-call-error.ts';
import { PublishError } from '../publish/publish-error.ts';
import type { AppRuntime } from '../runtime/app-runtime.ts';
import type { Broadcast, CommandSender } from './broadcast.ts';
import { commandMessage } from './control-message.ts';
import { commandTopology, replyExchange } from './control-queues.ts';
import type { NodeReply } from './control-replies.ts';
import { ControlUnavailableError } from './control-unavailable-error.ts';
import { ReplyCollector } from './reply-collector.ts';

const TIMEOUT_MS = 1000;
/** Names in one line of the log. */
const MOST_NAMES = 10;

/** Sends commands to nodes and gathers their replies. @see kombu/pidbox.py Mailbox */
export class Mailbox implements CommandSender {
  readonly #runtime: AppRuntime;
  readonly #collector: ReplyCollector;

  constructor(runtime: AppRuntime) {
    this.#runtime = runtime;
    this.#collector = new ReplyCollector(runtime, uuid());
  }

  async broadcast(command: string, options: Broadcast): Promise<readonly NodeReply[]> {
    const request = requestOf(command, options);
    if (options.reply !== true) {
      await this.#send(request, undefined);
      return [];
    }
    return this.#ask(request, options);
  }

  async close(): Promise<void> {
    await this.#collector.close();
  }

  async #ask(request: ControlRequest, options: Broadcast): Promise<readonly NodeReply[]> {
    const { timeoutMs = TIMEOUT_MS, callback, signal } = options;
    const { clock } = this.#runtime;
    const ticket = uuid();
    const limit = options.limit ?? request.destination?.length ?? Number.POSITIVE_INFINITY;
    const replies: NodeReply[] = [];
    const done = Promise.withResolvers<void>();
    // It is waited for below; an error that comes sooner is told by what is being done then.
    done.promise.catch(() => {});
    signal?.throwIfAborted();
    const onAbort = (): void => done.reject(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    let stop: (() => void) | undefined;
    let timer: Timer | undefined;
    try {
      stop = await this.#collector.collect(ticket, {
        onReply: (reply) => {
          if (replies.length >= limit) return;
          replies.push(reply);
          callback?.(reply);
          if (replies.length >= limit) done.resolve();
        },
        onLost: done.reject,
      });
      const replyTo = { exchange: replyExchange(this.#runtime.settings), routingKey: this.#collector.address };
      await this.#send({ ...request, ticket, replyTo }, clock.now() + timeoutMs);
      timer = clock.setTimer(timeoutMs, done.resolve);
      await done.promise;
    } finally {
      timer?.cancel();
      stop?.();
      signal?.removeEventListener('abort', onAbort);
    }
    this.#warnOfTwins(replies);
    return replies;
  }

  /** Of their answers, who looks by name sees one only. @see celery/app/control.py flatten_reply */
  #warnOfTwins(replies: readonly NodeReply[]): void {
    const seen = new Set<string>();
    const twins = new Set<string>();
    for (const { node } of replies) (seen.has(node) ? twins : seen).add(node);
    if (twins.size === 0) return;
    const names = escapeForLog([...twins].slice(0, MOST_NAMES).join(', '), 1000);
    this.#runtime.logger.warning(
      `Several workers answered as ${names}. Give each worker a name of its own (celeriac worker -n).`,
    );
  }

  /** As any message: a lost connection is tried again as `taskPublishRetryPolicy` says. */
  async #send(request: ControlRequest, expiresMs: number | undefined): Promise<void> {
    const runtime = this.#runtime;
    const { taskPublishRetry, taskPublishRetryPolicy } = runtime.settings;
    const message = commandMessage(request, expiresMs, runtime);
    let tries = 0;
    try {
      await runtime.writer().run(
        async (transport) => {
          if (transport.capabilities.fanout === 'none') throw new ControlUnavailableError(transport.name);
          await transport.declare(commandTopology(runtime.settings));
          const [refused] = await transport.publish([message]);
          if (refused !== undefined) throw refused;
        },
        {
          retry: (_error, retries) => {
            tries = retries;
            return taskPublishRetry ? publishRetryDelayMs(taskPublishRetryPolicy, retries) : undefined;
          },
        },
      );
    } catch (error) {
      if (!isCeleriacError(error, 'CLR_CONNECTION_LOST')) throw error;
      throw new PublishError(message.exchange, tries, error);
    }
  }
}

function requestOf(command: string, options: Broadcast): ControlRequest {
  const { destination, pattern, matcher } = options;
  if (typeof command !== 'string' || command === '')
    throw new InvalidCallError('command', 'must be the name of a command');
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  if (!(timeoutMs >= 0 && Number.isFinite(timeoutMs))) {
    throw new InvalidCallError('timeoutMs', 'must be a number of milliseconds');
  }
  return {
    method: command,
    arguments: options.arguments ?? {},
    destination: destination === undefined ? null : typeof destination === 'string' ? [destination] : [...destination],
    pattern: pattern ?? null,
    matcher: pattern === undefined ? null : (matcher ?? 'glob'),
  };
}
