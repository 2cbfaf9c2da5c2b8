import { type CeleryEvent, EVENT_BATCH_SIZE, eventRoutingKey, TASK_EVENTS_ROUTING_KEY } from '@celeriac/protocol';

/** What goes out as one message. */
export interface EventBatch {
  readonly routingKey: string;
  readonly events: readonly CeleryEvent[];
  /** Several events travel as a list, even when there is only one of them. */
  readonly isList: boolean;
}

/**
 * Events that wait to be sent, in order. At the limit the oldest ones give way, and are counted.
 * @see celery/events/dispatcher.py EventDispatcher
 */
export class EventBuffer {
  readonly #limit: number;
  readonly #listsTasks: boolean;
  #events: CeleryEvent[] = [];
  #first = 0;
  #dropped = 0;

  /**
   * @param limit - most events that wait
   * @param listsTasks - events of tasks are sent in lists, as workers do; callers send them one by one
   */
  constructor(limit: number, listsTasks: boolean) {
    this.#limit = limit;
    this.#listsTasks = listsTasks;
  }

  get size(): number {
    return this.#events.length - this.#first;
  }

  /** Events that had to give way. */
  get dropped(): number {
    return this.#dropped;
  }

  add(event: CeleryEvent): void {
    this.#events.push(event);
    this.#shorten();
  }

  /** Takes the oldest events out, as up to `most` messages. */
  take(most: number): readonly EventBatch[] {
    const batches: EventBatch[] = [];
    while (batches.length < most && this.#first < this.#events.length) batches.push(this.#next());
    this.#compact();
    return batches;
  }

  /** Puts back what could not be sent, in front of everything else. */
  giveBack(batches: readonly EventBatch[]): void {
    const back = batches.flatMap(({ events }) => events);
    this.#events = [...back, ...this.#events.slice(this.#first)];
    this.#first = 0;
    this.#shorten();
  }

  clear(): void {
    this.#events = [];
    this.#first = 0;
  }

  #next(): EventBatch {
    const start = this.#first;
    const { type } = this.#events[start]!;
    this.#first++;
    if (!this.#listsTasks || !isOfTask(type)) {
      return { routingKey: eventRoutingKey(type), events: [this.#events[start]!], isList: false };
    }
    const end = Math.min(this.#events.length, start + EVENT_BATCH_SIZE);
    while (this.#first < end && isOfTask(this.#events[this.#first]!.type)) this.#first++;
    const events = this.#events.slice(start, this.#first);
    return { routingKey: TASK_EVENTS_ROUTING_KEY, events, isList: true };
  }

  #shorten(): void {
    const tooMany = this.size - this.#limit;
    if (tooMany <= 0) return;
    this.#first += tooMany;
    this.#dropped += tooMany;
    this.#compact();
  }

  /** Forgets what was taken, once that is most of the list: each event is moved once on average. */
  #compact(): void {
    if (this.#first < this.#events.length - this.#first) return;
    this.#events = this.#events.slice(this.#first);
    this.#first = 0;
  }
}

function isOfTask(type: string): boolean {
  return type.startsWith('task-');
}
