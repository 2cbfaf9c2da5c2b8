import type { CallTimes, Client } from '../systems/system.ts';
import type { InputOf, OutputOf } from './agent-commands.ts';
import { inFlight } from './in-flight.ts';

/** Tasks of one call for many. */
const BULK = 1000;
const SPECIAL_IN_FLIGHT = 200;

/** What the sending side does on command. */
export class ClientAgent {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  async send({ from, count, inFlight: limit, bytes }: InputOf<'send'>): Promise<OutputOf<'send'>> {
    const payload = 'x'.repeat(bytes);
    const startedAt = performance.now();
    if (limit === 0) await this.#sendMany(from, count, payload);
    else await inFlight(from, count, limit, (index) => this.#client.send(index, payload));
    return { ms: performance.now() - startedAt };
  }

  async special({ kind, from, count, ms }: InputOf<'special'>): Promise<OutputOf<'special'>> {
    const { sendSpecial } = this.#client;
    if (sendSpecial === undefined) throw new Error(`It has no tasks of the kind "${kind}".`);
    await inFlight(from, count, SPECIAL_IN_FLIGHT, (index) => sendSpecial.call(this.#client, kind, index, ms));
    return {};
  }

  async calls({ count }: InputOf<'calls'>): Promise<OutputOf<'calls'>> {
    const calls: CallTimes[] = [];
    for (let index = 0; index < count; index++) calls.push(await this.#client.call(index));
    return { calls };
  }

  async rush({ count, inFlight: limit }: InputOf<'rush'>): Promise<OutputOf<'rush'>> {
    const startedAt = performance.now();
    await inFlight(0, count, limit, (index) => this.#client.call(index));
    return { perSecond: (count * 1000) / (performance.now() - startedAt) };
  }

  /** Due times are fixed beforehand: a call that waits for its turn counts from when it was due. */
  async load({ perSecond, seconds }: InputOf<'load'>): Promise<OutputOf<'load'>> {
    const count = Math.floor(perSecond * seconds);
    const beganAt = performance.now();
    const calls: Promise<CallTimes>[] = [];
    while (calls.length < count) {
      const elapsedMs = performance.now() - beganAt;
      const due = Math.min(count, Math.floor((elapsedMs / 1000) * perSecond));
      while (calls.length < due) {
        const lateMs = elapsedMs - (calls.length * 1000) / perSecond;
        calls.push(
          this.#client
            .call(calls.length)
            .then(({ startMs, resultMs }) => ({ startMs: startMs + lateMs, resultMs: resultMs + lateMs })),
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return { calls: await Promise.all(calls) };
  }

  async flow({ kind, size }: InputOf<'flow'>): Promise<OutputOf<'flow'>> {
    const { flow } = this.#client;
    if (flow === undefined) throw new Error('It has no workflows.');
    const startedAt = performance.now();
    await flow.call(this.#client, kind, size);
    return { ms: performance.now() - startedAt };
  }

  async stored({ target }: InputOf<'stored'>): Promise<OutputOf<'stored'>> {
    return { count: await this.#client.stored(target) };
  }

  async verify({ count }: InputOf<'verify'>): Promise<OutputOf<'verify'>> {
    await this.#client.verify(count);
    return {};
  }

  async end(): Promise<object> {
    await this.#client.close();
    return {};
  }

  async #sendMany(from: number, count: number, payload: string): Promise<void> {
    const { sendMany } = this.#client;
    if (sendMany === undefined) throw new Error('It has no call for many.');
    for (let sent = 0; sent < count; sent += BULK) {
      await sendMany.call(this.#client, from + sent, Math.min(BULK, count - sent), payload);
    }
  }
}
