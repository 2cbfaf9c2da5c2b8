import type { OutgoingMessage, PublishOutcome } from '@celeriac/transport';

/** One call of `publish` on its way. */
export class PublishCall {
  readonly promise: Promise<readonly PublishOutcome[]>;
  #messages: readonly OutgoingMessage[];
  readonly #outcomes: PublishOutcome[];
  readonly #resolve: (outcomes: readonly PublishOutcome[]) => void;
  readonly #reject: (error: Error) => void;
  #patience: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(messages: readonly OutgoingMessage[]) {
    this.#messages = messages;
    this.#outcomes = new Array<PublishOutcome>(messages.length).fill(undefined);
    const { promise, resolve, reject } = Promise.withResolvers<readonly PublishOutcome[]>();
    this.promise = promise;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  get messages(): readonly OutgoingMessage[] {
    return this.#messages;
  }

  /** Whether the caller has its answer. */
  get ended(): boolean {
    return this.#ended;
  }

  outcome(index: number): PublishOutcome {
    return this.#outcomes[index];
  }

  /** Sends something else in place of a message. */
  redirect(index: number, message: OutgoingMessage): void {
    this.#messages = this.#messages.with(index, message);
  }

  refuse(index: number, reason: Error): void {
    this.#outcomes[index] = reason;
  }

  resolve(): void {
    this.#end();
    this.#resolve(this.#outcomes);
  }

  reject(error: Error): void {
    this.#end();
    this.#reject(error);
  }

  /** Gives up in `timeoutMs`, unless that was said before. */
  limitPatience(timeoutMs: number, error: () => Error): void {
    if (this.#ended || this.#patience !== undefined) return;
    this.#patience = setTimeout(() => this.reject(error()), timeoutMs);
  }

  /** Waits without a limit again. */
  restorePatience(): void {
    clearTimeout(this.#patience);
    this.#patience = undefined;
  }

  #end(): void {
    this.#ended = true;
    this.restorePatience();
  }
}
