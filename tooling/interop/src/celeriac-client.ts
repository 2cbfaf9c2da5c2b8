import { setTimeout as sleep } from 'node:timers/promises';
import { chain, chord, chunks, group, map, starmap } from '@celeriac/canvas';
import {
  type ApplyOptions,
  type Celeriac,
  type ResultNode,
  ResultTimeoutError,
  type Signature,
  TaskError,
} from '@celeriac/core';
import type { Burst, Call, Caller, CallOptions, Flow, Outcome } from './caller.ts';

/** After this the worker waits again. */
const IDLE_PAUSE_MS = 50;

/** Celeriac in this process. */
export class CeleriacClient implements Caller {
  readonly language = 'celeriac';
  readonly #app: Celeriac;
  /** Of workflows, by id. */
  readonly #results: Map<string, ResultNode> = new Map();

  constructor(app: Celeriac) {
    this.#app = app;
  }

  async send({ task, args = [], kwargs = {}, options = {} }: Call): Promise<string> {
    const result = await this.#app.sendTask(task, args, { kwargs, ...this.#options(options) });
    return result.id;
  }

  async sendFlow(flow: Flow, args: readonly unknown[] = []): Promise<string> {
    const result = await this.#workflow(flow).clone(args).delay();
    this.#results.set(result.id, result);
    return result.id;
  }

  async outcome(id: string, timeoutMs: number): Promise<Outcome> {
    const group = this.#results.get(id);
    if (group?.members !== undefined) return { state: 'SUCCESS', value: await group.get({ timeoutMs }) };
    const result = this.#app.result(id);
    try {
      const value = await result.get({ timeoutMs });
      return { state: await result.state(), value };
    } catch (error) {
      if (error instanceof ResultTimeoutError) return { state: await result.state(), late: true };
      if (!(error instanceof TaskError)) throw error;
      const { excType, excModule, excMessage, traceback } = error;
      return {
        state: await result.state(),
        error: { type: excType, module: excModule, args: excMessage, traceback },
      };
    }
  }

  async state(id: string): Promise<{ readonly state: string; readonly info: unknown }> {
    const result = this.#app.result(id);
    return { state: await result.state(), info: await result.info() };
  }

  async revoke(id: string): Promise<void> {
    await this.#app.control.revoke(id);
  }

  async burst(queue: string, count: number): Promise<Burst> {
    const begun = performance.now();
    const numbers = Array.from({ length: count }, (_, number) => number);
    const sent = await Promise.all(numbers.map((number) => this.#app.sendTask('interop.add', [number, 1], { queue })));
    const sentMs = performance.now() - begun;
    const values = await Promise.all(sent.map((result) => result.get({ timeoutMs: 60_000 })));
    const wrong = values.filter((value, number) => value !== number + 1).length;
    return { count: values.length, wrong, sentMs, doneMs: performance.now() - begun };
  }

  async oneByOne(queue: string, count: number): Promise<readonly number[]> {
    const waits: number[] = [];
    for (let round = 0; round < count; round++) {
      const sentMs = performance.timeOrigin + performance.now();
      const result = await this.#app.sendTask<number>('interop.clock', [], { queue });
      waits.push((await result.get({ timeoutMs: 20_000 })) * 1000 - sentMs);
      await sleep(IDLE_PAUSE_MS);
    }
    return waits;
  }

  /** Greets a worker as another worker would. @returns its answer by node name; whole seconds must reach it as a float */
  async hello(node: string, revokedId: string): Promise<{ readonly [node: string]: unknown }> {
    const inspect = this.#app.control.inspect({ destination: node, timeoutMs: 20_000 });
    return Object.fromEntries(await inspect.hello('other@host9', new Map([[revokedId, 12]])));
  }

  #workflow(flow: Flow): Signature {
    const all = (flows: readonly Flow[]) => flows.map((one) => this.#workflow(one));
    if ('call' in flow) return this.#signature(flow.call).set({ immutable: flow.immutable === true });
    if ('chain' in flow) return chain(all(flow.chain)) as Signature;
    if ('group' in flow) return group(all(flow.group)) as unknown as Signature;
    if ('chord' in flow) return chord(all(flow.chord.header), this.#workflow(flow.chord.body)) as Signature;
    if ('map' in flow) return map(this.#signature(flow.map.task), flow.map.items as never);
    if ('starmap' in flow) return starmap(this.#signature(flow.starmap.task), flow.starmap.items);
    const { task, items, size } = flow.chunks;
    return chunks(this.#signature(task), items, size).group() as unknown as Signature;
  }

  #options({ eta, link, linkError, ...same }: CallOptions): ApplyOptions {
    return {
      ...same,
      ...(eta !== undefined && { eta: new Date(eta * 1000) }),
      ...(link && { link: link.map((call) => this.#signature(call)) }),
      ...(linkError && { linkError: linkError.map((call) => this.#signature(call)) }),
    };
  }

  #signature({ task, args = [], kwargs = {}, options = {} }: Call): ReturnType<Celeriac['signature']> {
    return this.#app.signature(task, { args, kwargs, options: this.#options(options) });
  }
}
