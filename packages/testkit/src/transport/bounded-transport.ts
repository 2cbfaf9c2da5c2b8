import type {
  ConsumeOptions,
  Consumer,
  JointSettlement,
  OutgoingMessage,
  PublishOutcome,
  Topology,
  Transport,
  TransportCapabilities,
} from '@celeriac/transport';
import { within } from '../conformance/within.ts';

/** A transport whose every verb ends within `waitMs`, or fails saying which one did not. */
export class BoundedTransport implements Transport {
  readonly subject: Transport;
  readonly #waitMs: number;
  #closed = false;

  constructor(subject: Transport, waitMs: number) {
    this.subject = subject;
    this.#waitMs = waitMs;
  }

  get name(): string {
    return this.subject.name;
  }

  get url(): string {
    return this.subject.url;
  }

  get capabilities(): TransportCapabilities {
    return this.subject.capabilities;
  }

  get joint(): JointSettlement | undefined {
    return this.subject.joint;
  }

  /** Whether `close` was called. */
  get closed(): boolean {
    return this.#closed;
  }

  connect(): Promise<void> {
    return this.#bounded('connect', this.subject.connect());
  }

  declare(topology: Topology): Promise<void> {
    return this.#bounded('declare', this.subject.declare(topology));
  }

  publish(messages: readonly OutgoingMessage[]): Promise<readonly PublishOutcome[]> {
    return this.#bounded(`publish of ${messages.length}`, this.subject.publish(messages));
  }

  async consume(options: ConsumeOptions): Promise<Consumer> {
    const consumer = await this.#bounded('consume', this.subject.consume(options));
    return {
      setPrefetch: (count) => consumer.setPrefetch(count),
      setQueues: (queues) => this.#bounded('consumer.setQueues', consumer.setQueues(queues)),
      stop: () => this.#bounded('consumer.stop', consumer.stop()),
    };
  }

  size(queue: string): Promise<number> {
    return this.#bounded('size', this.subject.size(queue));
  }

  purge(queue: string): Promise<number> {
    return this.#bounded('purge', this.subject.purge(queue));
  }

  remove(queue: string): Promise<void> {
    return this.#bounded('remove', this.subject.remove(queue));
  }

  close(): Promise<void> {
    this.#closed = true;
    return this.#bounded('close', this.subject.close());
  }

  #bounded<T>(verb: string, promise: Promise<T>): Promise<T> {
    return within(promise, this.#waitMs, `${verb}() settles`);
  }
}
