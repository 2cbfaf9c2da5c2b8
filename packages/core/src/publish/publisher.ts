import { hostname } from 'node:os';
import {
  encodeTaskMessage,
  encodeTaskMessageV1,
  type RawMessage,
  type ResultTuple,
  type SignatureJson,
  type TaskCall,
  type TaskCodec,
  uuid,
} from '@celeriac/protocol';
import type { OutgoingMessage, PublishRetryPolicy } from '@celeriac/transport';
import { chordsNeedSharedResults } from '../chord/check-chords.ts';
import { unlockCall } from '../chord/unlock-call.ts';
import { sentEventFields } from '../events/sent-event.ts';
import { currentTask } from '../execute/current-task.ts';
import type { RetryDestination } from '../execute/outcome.ts';
import type { AppRuntime } from '../runtime/app-runtime.ts';
import { repliesByMessage } from '../runtime/replies-by-message.ts';
import { unencodableStep } from '../signature/check-signature.ts';
import { freezeSignature, resultOf } from '../signature/freeze-signature.ts';
import { fromWireOptions, type WireOptions } from '../signature/option-names.ts';
import { orderedIds } from '../signature/ordered-ids.ts';
import {
  type PlannedCall,
  type PlannedChord,
  planSignature,
  type SignatureApplication,
} from '../signature/plan-signature.ts';
import type { ApplyOptions } from '../task/apply-options.ts';
import { type Destination, destinationOf } from './destination.ts';
import { mergeOptions } from './merge-options.ts';
import { Outbox } from './outbox.ts';
import { RouteTable } from './route-table.ts';
import { taskCall } from './task-call.ts';
import type { SendRequest, SentCall, TaskPublisher } from './task-publisher.ts';

/** A call that has become a message. */
interface PreparedCall {
  readonly call: TaskCall;
  readonly options: ApplyOptions;
  readonly destination: Destination;
  readonly message: RawMessage;
}

/** Turns calls and signatures into messages and sends them. */
export class Publisher implements TaskPublisher {
  readonly #runtime: AppRuntime;
  readonly #origin = `gen${process.pid}@${hostname()}`;
  #routes: RouteTable | undefined;
  #outbox: Outbox | undefined;

  constructor(runtime: AppRuntime) {
    this.#runtime = runtime;
  }

  /**
   * Sends one task. Everything up to the hand-over happens at once, so that all calls of one turn travel together.
   * @returns `held` rejects with {@link PublishError} when the broker stays away, `MessageTooLargeError` and others
   * @throws {EncodeError} for arguments that cannot be encoded; `ConfigurationError` for an unknown queue, serializer …
   */
  send(request: SendRequest): SentCall {
    const prepared = this.#prepare(request);
    const { call, options } = prepared;
    const held = this.#post(prepared);
    if (options.addToParent !== false) {
      const parent = currentTask();
      if (parent?.trail) parent.children.push([[call.id, null], null]);
    }
    return { id: call.id, parentId: call.parentId ?? null, held };
  }

  /**
   * Sends signatures of any kind: workflows, what follows a task, its errbacks, a chord's body. Everything is encoded before
   * anything is sent, so a part that cannot be sent does not leave half a workflow behind.
   * @returns their result handles, when the broker holds everything
   * @throws {SignatureError} naming the step whose arguments cannot be encoded
   * @throws {ConfigurationError} for a chord without a result store that all workers share
   */
  async applySignatures(applications: readonly SignatureApplication[]): Promise<readonly ResultTuple[]> {
    const marks = this.#marks();
    const headerErrbacks = this.#runtime.settings.taskAllowErrorCbOnChordHeader;
    const plans = applications.map((application) =>
      planSignature(application, { newId: orderedIds(), marks: application.marks ?? marks, headerErrbacks }),
    );
    const chords = plans.flatMap((plan) => plan.chords);
    const prepared = plans.flatMap(({ calls }, index) => this.#prepareAll(calls, applications[index]!));
    if (chords.length > 0) {
      const polling = await this.#openChords(chords);
      prepared.push(...polling.map((call) => this.#preparePlanned(call)));
    }
    await Promise.all(prepared.map((one) => this.#post(one)));
    const parent = currentTask();
    return plans.map(({ result }, index) => {
      if (parent?.trail && applications[index]?.options?.['add_to_parent'] !== false) parent.children.push(result);
      return result;
    });
  }

  /** A signature with all its ids, and the handle of its result. Nothing is sent. */
  freeze(signature: SignatureJson): { readonly signature: SignatureJson; readonly result: ResultTuple } {
    const frozen = freezeSignature(signature, { newId: orderedIds(), marks: this.#marks() });
    return { signature: frozen, result: resultOf(frozen) };
  }

  /**
   * Sends the next attempt of a task to where it came from, or to another queue, which is declared first.
   * @returns resolves when the broker holds it
   * @throws {ConfigurationError} for a queue that is not defined
   */
  republish(
    call: TaskCall,
    destination: RetryDestination,
    codec?: { readonly serializer?: string; readonly compression?: string },
  ): Promise<void> {
    const options: ApplyOptions = { serializer: codec?.serializer, compression: codec?.compression };
    const { settings, queueTable } = this.#runtime;
    const resolved =
      'queue' in destination
        ? destinationOf({ queue: destination.queue }, settings, queueTable)
        : { ...destination, topology: undefined };
    return this.#post(this.#encode(call, options, resolved));
  }

  /**
   * Sends any message to any exchange.
   * @returns resolves when the broker holds it
   * @throws {UnroutableError} for a mandatory message that no queue takes
   */
  publish(message: OutgoingMessage, options: Pick<ApplyOptions, 'retry' | 'retryPolicy'> = {}): Promise<void> {
    return this.#outboxOf().send({
      message,
      topology: this.#runtime.queueTable.all,
      retryPolicy: this.#retryPolicy(options),
    });
  }

  /** From now on a lost connection is an error at once. */
  close(): void {
    this.#outbox?.close();
  }

  #prepare(request: SendRequest): PreparedCall {
    const runtime = this.#runtime;
    const task = request.task ?? runtime.tasks.get(request.name);
    this.#routes ??= new RouteTable(runtime.settings.taskRoutes);
    const options = mergeOptions(request, task?.options, this.#routes);
    const call = taskCall(request, options, task, { runtime, origin: this.#origin, newId: uuid });
    return this.#encode(call, options, destinationOf(options, runtime.settings, runtime.queueTable));
  }

  /** @throws {SignatureError} naming the step whose arguments cannot be encoded */
  #prepareAll(calls: readonly PlannedCall[], { signature, options }: SignatureApplication): readonly PreparedCall[] {
    try {
      return calls.map((call) => this.#preparePlanned(call));
    } catch (error) {
      const given = options?.['serializer'];
      const { serializer } = this.#codec(typeof given === 'string' ? { serializer: given } : {});
      throw unencodableStep(signature, error, (value) => serializer.encode(value)) ?? error;
    }
  }

  #preparePlanned({ name, args, kwargs, options }: PlannedCall): PreparedCall {
    return this.#prepare({ name, args, kwargs, options: fromWireOptions(options) });
  }

  #encode(call: TaskCall, options: ApplyOptions, destination: Destination): PreparedCall {
    const runtime = this.#runtime;
    const codec = this.#codec(options);
    const { signals } = runtime;
    if (signals.beforeTaskPublish.hasListeners) {
      signals.beforeTaskPublish.send({ call, exchange: destination.exchange, routingKey: destination.routingKey });
    }
    const encode = runtime.settings.taskProtocol === 1 ? encodeTaskMessageV1 : encodeTaskMessage;
    const message = encode(call, codec, runtime.clock.now());
    return { call, options, destination, message };
  }

  #post({ call, options, destination, message }: PreparedCall): Promise<void> {
    const { signals, settings } = this.#runtime;
    const outgoing: OutgoingMessage = {
      exchange: destination.exchange,
      routingKey: destination.routingKey,
      message,
      ...(options.mandatory === true && { mandatory: true }),
    };
    const held = this.#outboxOf().send({
      message: outgoing,
      notBeforeMs: typeof call.eta === 'number' ? call.eta : undefined,
      topology: destination.topology,
      retryPolicy: this.#retryPolicy(options),
    });
    const isHeard = signals.afterTaskPublish.hasListeners || settings.taskSendSentEvent;
    return isHeard ? held.then(() => this.#published(call, message, destination)) : held;
  }

  #published(call: TaskCall, message: RawMessage, destination: Destination): void {
    const { signals, settings, events } = this.#runtime;
    const { exchange, routingKey } = destination;
    if (signals.afterTaskPublish.hasListeners)
      signals.afterTaskPublish.send({ task: call.task, message, exchange, routingKey });
    if (settings.taskSendSentEvent) events.send('task-sent', sentEventFields(call, message.headers, destination));
  }

  /** Where results are messages, later steps must know whom to tell. */
  #marks(): WireOptions | undefined {
    const { settings, replyTo } = this.#runtime;
    return repliesByMessage(settings) ? { reply_to: replyTo } : undefined;
  }

  /** Native joins are opened before the header is sent; elsewhere an unlock task watches the members. */
  async #openChords(chords: readonly PlannedChord[]): Promise<readonly PlannedCall[]> {
    const backend = await this.#runtime.backend();
    if (backend?.capabilities.shared !== true) throw chordsNeedSharedResults(backend?.name, chords[0]!.body);
    const native = backend.chords;
    if (native !== undefined) {
      await Promise.all(chords.map(({ groupId, size }) => native.open(groupId, size)));
      return [];
    }
    return chords.map(unlockCall);
  }

  #codec(options: ApplyOptions): TaskCodec {
    const { settings, serializers, compressions } = this.#runtime;
    const serializer = serializers.byName(options.serializer ?? settings.taskSerializer);
    const compression = options.compression ?? settings.taskCompression;
    return compression === undefined || compression === null
      ? { serializer }
      : { serializer, compression: compressions.byName(compression) };
  }

  #retryPolicy(options: Pick<ApplyOptions, 'retry' | 'retryPolicy'>): PublishRetryPolicy | undefined {
    const { settings } = this.#runtime;
    if (!(options.retry ?? settings.taskPublishRetry)) return undefined;
    return options.retryPolicy === undefined
      ? settings.taskPublishRetryPolicy
      : { ...settings.taskPublishRetryPolicy, ...options.retryPolicy };
  }

  #outboxOf(): Outbox {
    const runtime = this.#runtime;
    this.#outbox ??= new Outbox(runtime.writer(), runtime.clock, {
      ready: () => runtime.readyForReplies(),
      timeoutMs: runtime.settings.brokerConnectionTimeout * 1000,
    });
    return this.#outbox;
  }
}
