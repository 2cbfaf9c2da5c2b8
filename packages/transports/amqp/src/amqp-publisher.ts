import { isCeleriacError, MessageTooLargeError } from '@celeriac/protocol';
import {
  ChannelError,
  Coalescer,
  ConnectionLostError,
  nameProblem,
  type OutgoingMessage,
  type PublishOutcome,
  UnroutableError,
} from '@celeriac/transport';
import { operationError, reasonOf } from './amqp-errors.ts';
import type { BrokerLink } from './broker-link.ts';
import { ConfirmChannel, type SentMessages, type Unanswered } from './confirm-channel.ts';
import { PublishCall } from './publish-call.ts';

/** How long the broker may take to answer for the last messages before the connection is closed. */
const FINISH_TIMEOUT_MS = 2000;

/** What a publisher works with. */
export interface PublisherParts {
  readonly link: BrokerLink;
  readonly maxBodyBytes: number;
  /** See `AmqpSettings.blockedTimeoutMs`. */
  readonly blockedTimeoutMs: number;
  /** Whether the exchange exists; asked once for each. */
  readonly exchangeExists: (exchange: string) => Promise<boolean>;
  /** Where a message goes that is to be delivered later; makes the way exist. @throws {ChannelError} */
  readonly delayed: (message: OutgoingMessage) => Promise<OutgoingMessage>;
}

/**
 * Publishes over one connection. What is published in one turn of the event loop is one write, and a call resolves when
 * the broker has confirmed all of it.
 *
 * The broker closes the channel for a message it cannot bear. Then what it has not answered for goes again on a new
 * channel, one message at a time, so that the message at fault gets the blame and no other one.
 */
export class AmqpPublisher {
  readonly #parts: PublisherParts;
  readonly #coalescer: Coalescer<PublishCall>;
  readonly #exchanges = new Set<string>();
  /** Calls that were not written yet. */
  readonly #waiting = new Set<PublishCall>();
  #channel: ConfirmChannel | undefined;
  #recovery: Promise<void> = Promise.resolve();
  #unblocked: PromiseWithResolvers<void> | undefined;
  #probe: ((error: Error) => void) | undefined;
  #idle: PromiseWithResolvers<void> | undefined;

  constructor(parts: PublisherParts) {
    this.#parts = parts;
    this.#coalescer = new Coalescer((calls) => this.#send(calls));
    parts.link.listen({ lost: (error) => this.#lost(error), blocked: (reason) => this.#setBlocked(reason) });
    if (parts.link.blockedReason !== undefined) this.#setBlocked(parts.link.blockedReason);
  }

  get link(): BrokerLink {
    return this.#parts.link;
  }

  /** See `Transport.publish`. */
  publish(messages: readonly OutgoingMessage[]): Promise<readonly PublishOutcome[]> {
    if (messages.length === 0) return Promise.resolve([]);
    if (!this.#parts.link.alive) return Promise.reject(this.#parts.link.loss);
    const call = new PublishCall(messages);
    if (this.#unblocked !== undefined) this.#hurry(call);
    this.#waiting.add(call);
    this.#coalescer.add(call);
    return call.promise;
  }

  /** Resolves when every message was answered for. */
  async idle(): Promise<void> {
    await this.#coalescer.idle();
    await this.#recovery;
    if (this.#channel === undefined || this.#channel.idle) return;
    this.#idle ??= Promise.withResolvers<void>();
    await this.#idle.promise;
  }

  async #send(calls: readonly PublishCall[]): Promise<void> {
    try {
      await this.#recovery;
      await this.#unblocked?.promise;
      for (const call of calls) if (this.#needsPreparation(call)) await this.#prepare(call);
      const batch: SentMessages[] = [];
      for (const call of calls) this.#collect(call, batch);
      if (batch.length > 0) await (await this.#open()).write(batch);
    } catch (error) {
      const { link } = this.#parts;
      const reason = operationError(link.url, 'publish', error, link.alive);
      for (const call of calls) if (!call.ended) call.reject(reason);
    } finally {
      for (const call of calls) this.#waiting.delete(call);
    }
  }

  /** Whether there is anything to wait for before the call can be written. */
  #needsPreparation(call: PublishCall): boolean {
    return call.messages.some(
      ({ exchange, deliverAt }) => deliverAt !== undefined || (exchange !== '' && !this.#exchanges.has(exchange)),
    );
  }

  async #prepare(call: PublishCall): Promise<void> {
    for (const [index, message] of call.messages.entries()) {
      try {
        if (message.exchange !== '') await this.#requireExchange(message);
        if (message.deliverAt !== undefined) call.redirect(index, await this.#parts.delayed(message));
      } catch (error) {
        if (!isCeleriacError(error) || isCeleriacError(error, 'CLR_CONNECTION_LOST')) throw error;
        call.refuse(index, error);
      }
    }
  }

  async #requireExchange({ exchange, routingKey, mandatory }: OutgoingMessage): Promise<void> {
    if (this.#exchanges.has(exchange)) return;
    if (await this.#parts.exchangeExists(exchange)) return void this.#exchanges.add(exchange);
    if (mandatory === true) throw new UnroutableError(exchange, routingKey);
    throw new ChannelError(`exchange "${exchange}"`, 'does not exist', { hint: 'Declare it before publishing to it.' });
  }

  #collect(call: PublishCall, batch: SentMessages[]): void {
    if (call.ended) return;
    const indexes: number[] = [];
    for (let index = 0; index < call.messages.length; index++) {
      if (call.outcome(index) !== undefined) continue;
      const refusal = refusalOf(call.messages[index]!, this.#parts.maxBodyBytes);
      if (refusal === undefined) indexes.push(index);
      else call.refuse(index, refusal);
    }
    if (indexes.length > 0) batch.push({ call, indexes });
    else call.resolve();
  }

  async #open(): Promise<ConfirmChannel> {
    this.#channel ??= await ConfirmChannel.open(this.#parts.link, {
      answered: (sent) => this.#answered(sent),
      closed: (error) => this.#closed(error),
    });
    return this.#channel;
  }

  #answered(sent: readonly SentMessages[]): void {
    for (const { call } of sent) if (!call.ended) call.resolve();
    if (this.#channel?.idle !== true) return;
    this.#idle?.resolve();
    this.#idle = undefined;
  }

  #closed(error: Error): void {
    const channel = this.#channel;
    this.#channel = undefined;
    if (channel === undefined) return;
    const probe = this.#probe;
    if (probe !== undefined) return void probe(error);
    this.#exchanges.clear();
    this.#recovery = this.#sendAgain(channel.unanswered());
  }

  async #sendAgain(unanswered: readonly Unanswered[]): Promise<void> {
    for (const { call, index } of unanswered) {
      if (call.ended) continue;
      try {
        const refusal = await this.#sendAlone(call.messages[index]!);
        if (refusal !== undefined) call.refuse(index, refusal);
      } catch (error) {
        call.reject(operationError(this.#parts.link.url, 'publish', error, this.#parts.link.alive));
      }
    }
    for (const { call } of unanswered) if (!call.ended) call.resolve();
    this.#idle?.resolve();
    this.#idle = undefined;
  }

  async #sendAlone(message: OutgoingMessage): Promise<PublishOutcome> {
    const channel = await this.#open();
    const probe = new PublishCall([message]);
    this.#probe = (error) => {
      probe.refuse(0, new ChannelError(`message to "${message.routingKey}"`, reasonOf(error), { cause: error }));
      probe.resolve();
    };
    try {
      await channel.write([{ call: probe, indexes: [0] }]);
      const [outcome] = await probe.promise;
      return outcome;
    } finally {
      this.#probe = undefined;
    }
  }

  #lost(error: Error): void {
    const calls = [...this.#waiting, ...(this.#channel?.calls ?? [])];
    this.#channel = undefined;
    for (const call of calls) if (!call.ended) call.reject(error);
    this.#setBlocked(undefined);
    this.#idle?.resolve();
    this.#idle = undefined;
  }

  /** Gives the broker some time to answer, unless it takes nothing anyway. */
  async finish(): Promise<void> {
    if (this.#unblocked !== undefined || !this.#parts.link.alive) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, FINISH_TIMEOUT_MS);
    await Promise.race([this.idle(), promise]);
    clearTimeout(timer);
  }

  /** The link was closed by us: what is not answered for by now will never be. */
  end(): void {
    this.#lost(new ConnectionLostError(this.#parts.link.url, 'the connection was closed'));
  }

  #setBlocked(reason: string | undefined): void {
    const calls = [...this.#waiting, ...(this.#channel?.calls ?? [])];
    if (reason === undefined) {
      for (const call of calls) call.restorePatience();
      this.#unblocked?.resolve();
      this.#unblocked = undefined;
      return;
    }
    this.#unblocked ??= Promise.withResolvers<void>();
    for (const call of calls) this.#hurry(call);
  }

  #hurry(call: PublishCall): void {
    const { link, blockedTimeoutMs } = this.#parts;
    call.limitPatience(blockedTimeoutMs, () => blockedError(link.blockedReason ?? 'unknown reason', blockedTimeoutMs));
  }
}

function refusalOf({ exchange, routingKey, message }: OutgoingMessage, maxBodyBytes: number): Error | undefined {
  const size = message.body.byteLength;
  if (size > maxBodyBytes) return new MessageTooLargeError(size, maxBodyBytes);
  if (exchange !== '') return undefined;
  const problem = nameProblem(routingKey);
  return problem === undefined ? undefined : new ChannelError('routing key', `the name ${problem}`);
}

function blockedError(reason: string, timeoutMs: number): ChannelError {
  return new ChannelError('the broker', `blocks publishers (${reason}) for longer than ${timeoutMs} ms`, {
    hint: 'It may take the message when it is unblocked. Look at `rabbitmqctl status` for alarms.',
  });
}
