import { nodeQueue, replyExchange, replyMessage } from '@celeriac/core/internal';
import {
  type ControlRequest,
  decodeControlHeaders,
  decodeControlRequest,
  decodeMessageBody,
  escapeForLog,
  isCeleriacError,
  type Timer,
} from '@celeriac/protocol';
import type { Consumer, Delivery, Transport } from '@celeriac/transport';
import { NO_REPLY } from './command-code.ts';
import { CommandDispatcher } from './command-dispatcher.ts';
import type { ControlPanel } from './control-panel.ts';
import { isAddressed } from './is-addressed.ts';

/** Between two tries to get a queue that the broker refuses, in use by another worker for instance. */
const RETRY_MS = 5000;

interface Reading {
  readonly transport: Transport;
  readonly onLost: (error: Error) => void;
}

/**
 * Takes commands from the worker's own queue and answers them. Whatever comes, it neither throws nor stops: a command that
 * cannot be read or fails costs one line in the log.
 * @see kombu/pidbox.py Node
 */
export class PidboxNode {
  readonly #panel: ControlPanel;
  readonly #dispatcher: CommandDispatcher;
  #reading: Reading | undefined;
  #consumer: Consumer | undefined;
  #retry: Timer | undefined;

  constructor(panel: ControlPanel) {
    this.#panel = panel;
    this.#dispatcher = new CommandDispatcher(panel);
  }

  /**
   * Resolves when commands are heard. A queue that the broker refuses is tried again until it is given.
   * @param onLost - the connection is of no use any more
   * @throws {ConnectionLostError}
   */
  async start(transport: Transport, onLost: (error: Error) => void): Promise<void> {
    const { logger } = this.#panel.runtime;
    if (transport.capabilities.fanout === 'none') {
      logger.info(`Workers cannot be controlled remotely through ${transport.name}: it has no fanout exchanges`);
      return;
    }
    this.#reading = { transport, onLost };
    await this.#read(this.#reading);
  }

  /** Hears no more commands. Replies under way are still sent. */
  async stop(): Promise<void> {
    this.#reading = undefined;
    this.#retry?.cancel();
    const consumer = this.#consumer;
    this.#consumer = undefined;
    try {
      await consumer?.stop();
    } catch (error) {
      this.#panel.runtime.logger.debug('The consumer of control commands could not be stopped', { error });
    }
  }

  async #read(reading: Reading): Promise<void> {
    const { hostname, runtime } = this.#panel;
    const { name, topology } = nodeQueue(hostname, runtime.settings);
    const replies = { name: replyExchange(runtime.settings), type: 'direct', durable: false } as const;
    try {
      await reading.transport.declare({ ...topology, exchanges: [...(topology.exchanges ?? []), replies] });
      const consumer = await reading.transport.consume({
        queues: [name],
        prefetch: 0,
        noAck: true,
        onDeliveries: (deliveries) => {
          for (const delivery of deliveries) void this.#receive(delivery, reading.transport);
        },
        onLost: (error) => this.#lost(error, reading),
      });
      if (this.#reading === reading) this.#consumer = consumer;
      else await consumer.stop();
    } catch (error) {
      if (!isCeleriacError(error, 'CLR_CHANNEL')) throw error;
      runtime.logger.warning(
        `Control commands are not heard yet: ${error.message} Give each worker a name of its own (-n).`,
      );
      this.#tryAgain(reading);
    }
  }

  #lost(error: Error, reading: Reading): void {
    if (this.#reading !== reading) return;
    this.#consumer = undefined;
    if (isCeleriacError(error, 'CLR_CHANNEL')) this.#tryAgain(reading);
    else reading.onLost(error);
  }

  #tryAgain(reading: Reading): void {
    this.#retry?.cancel();
    this.#retry = this.#panel.runtime.clock.setTimer(RETRY_MS, () => {
      if (this.#reading !== reading) return;
      this.#read(reading).catch((error: unknown) => reading.onLost(error as Error));
    });
  }

  async #receive({ message }: Delivery, transport: Transport): Promise<void> {
    const { hostname, runtime } = this.#panel;
    const { ticket, clock } = decodeControlHeaders(message.headers);
    runtime.lamport.adjust(clock);
    let request: ControlRequest;
    try {
      request = decodeControlRequest(decodeMessageBody(message, runtime));
      if (!isAddressed(request, hostname)) return;
    } catch (error) {
      runtime.logger.warning(`A control command cannot be read: ${escapeForLog(messageOf(error), 300)}`);
      return;
    }
    const value = await this.#dispatcher.dispatch(request.method, request.arguments);
    const { replyTo } = request;
    if (replyTo === undefined || value === NO_REPLY) return;
    await this.#reply(value, { ...request, replyTo, ticket: request.ticket ?? ticket ?? undefined }, transport);
  }

  /** Who asked may be gone: then nobody expects the reply. */
  async #reply(value: unknown, request: ControlRequest, transport: Transport): Promise<void> {
    const { hostname, runtime } = this.#panel;
    const { replyTo, ticket = null, method } = request;
    try {
      const message = replyMessage({ node: hostname, value }, replyTo!, ticket, runtime);
      const [refused] = await transport.publish([message]);
      if (refused !== undefined) throw refused;
    } catch (error) {
      runtime.logger.warning(
        `The reply to the control command "${escapeForLog(method, 60)}" could not be sent: ${escapeForLog(messageOf(error), 300)}`,
      );
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
