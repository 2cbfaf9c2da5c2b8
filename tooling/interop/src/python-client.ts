import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { decodeJson, encodeJson } from '@celeriac/protocol';
import type { Burst, Call, Caller, CallOptions, Flow, Outcome } from './caller.ts';
import type { ProgramPlan } from './child-program.ts';

/** What Python's Celery at hand is and has. */
export interface Abilities {
  readonly version: string;
  /** Serializers and compressions by name. */
  readonly encodings: readonly string[];
}

/** A Celery client in a process of its own; see python/client.py. Requests are answered in order. */
export class PythonClient implements Caller {
  readonly language = 'python';
  readonly #child: ChildProcess;
  readonly #waiting: ((line: string) => void)[] = [];
  #errors = '';

  constructor({ command, args, cwd, env }: ProgramPlan) {
    this.#child = spawn(command, args, { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errors += text;
    });
    if (this.#child.stdout === null) return;
    const lines = createInterface({ input: this.#child.stdout });
    lines.on('line', (line) => this.#waiting.shift()?.(line));
    lines.on('close', () => {
      for (const answer of this.#waiting.splice(0)) answer(encodeJson({ failed: `client ended: ${this.#errors}` }));
    });
  }

  async send(call: Call): Promise<string> {
    return (await this.#ask('send', wireCall(call))) as string;
  }

  /** As a producer that still speaks task protocol 1. */
  async sendOld(call: Call): Promise<string> {
    return (await this.#ask('send', { ...wireCall(call), protocol: 1 })) as string;
  }

  async sendChain(steps: readonly Call[]): Promise<string> {
    return (await this.#ask('send_chain', { steps: steps.map(wireCall) })) as string;
  }

  async sendChord(header: readonly Call[], body: Call): Promise<string> {
    return (await this.#ask('send_chord', { header: header.map(wireCall), body: wireCall(body) })) as string;
  }

  async sendFlow(flow: Flow, args: readonly unknown[] = []): Promise<string> {
    return (await this.#ask('send_flow', { flow: wireFlow(flow), args })) as string;
  }

  async outcome(id: string, timeoutMs: number): Promise<Outcome> {
    return (await this.#ask('outcome', { id, timeout: timeoutMs / 1000 })) as Outcome;
  }

  async state(id: string): Promise<{ readonly state: string; readonly info: unknown }> {
    return (await this.#ask('state', { id })) as { state: string; info: unknown };
  }

  async burst(queue: string, count: number): Promise<Burst> {
    const seen = (await this.#ask('burst', { task: 'interop.add', queue, count })) as {
      readonly [name in 'count' | 'wrong' | 'sent_s' | 'done_s']: number;
    };
    return { count: seen.count, wrong: seen.wrong, sentMs: seen.sent_s * 1000, doneMs: seen.done_s * 1000 };
  }

  async oneByOne(queue: string, count: number): Promise<readonly number[]> {
    return (await this.#ask('one_by_one', { task: 'interop.clock', queue, count })) as readonly number[];
  }

  async revoke(id: string): Promise<void> {
    await this.#ask('revoke', { id });
  }

  /** Sends a command to one worker. @returns what it replied, `[{node: value}]` */
  async broadcast(command: string, args: object, node: string): Promise<unknown> {
    return await this.#ask('broadcast', { command, arguments: args, node });
  }

  /** Runs the `celery` command. */
  async cli(words: readonly string[]): Promise<{ readonly code: number; readonly output: string }> {
    return (await this.#ask('cli', { words })) as { code: number; output: string };
  }

  /** Deletes queues at the broker. */
  async delete(queues: readonly string[]): Promise<void> {
    await this.#ask('delete', { queues });
  }

  async abilities(): Promise<Abilities> {
    return (await this.#ask('able', {})) as Abilities;
  }

  /** Ends it by the end of its stdin. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const closed = new Promise((done) => this.#child.once('close', done));
    this.#child.stdin?.end();
    const impatience = setTimeout(() => this.#child.kill('SIGKILL'), 5_000);
    await closed;
    clearTimeout(impatience);
  }

  async #ask(operation: string, parameters: object): Promise<unknown> {
    const line = await new Promise<string>((answer) => {
      this.#waiting.push(answer);
      this.#child.stdin?.write(`${encodeJson({ op: operation, with: parameters })}\n`);
    });
    const answer = decodeJson(line) as { readonly value?: unknown; readonly failed?: string };
    if (answer.failed !== undefined) throw new Error(`Python ${operation}: ${answer.failed}`);
    return answer.value;
  }
}

function wireFlow(flow: Flow): Record<string, unknown> {
  if ('call' in flow) return { call: wireCall(flow.call), immutable: flow.immutable === true };
  if ('chain' in flow) return { chain: flow.chain.map(wireFlow) };
  if ('group' in flow) return { group: flow.group.map(wireFlow) };
  if ('chord' in flow) return { chord: { header: flow.chord.header.map(wireFlow), body: wireFlow(flow.chord.body) } };
  if ('map' in flow) return { map: { ...flow.map, task: wireCall(flow.map.task) } };
  if ('starmap' in flow) return { starmap: { ...flow.starmap, task: wireCall(flow.starmap.task) } };
  return { chunks: { ...flow.chunks, task: wireCall(flow.chunks.task) } };
}

/** In Python's spelling. */
function wireCall({ task, args = [], kwargs = {}, options = {} }: Call): Record<string, unknown> {
  return { task, args, kwargs, options: wireOptions(options) };
}

function wireOptions({ taskId, ignoreResult, link, linkError, ...same }: CallOptions): Record<string, unknown> {
  return {
    ...same,
    ...(taskId !== undefined && { task_id: taskId }),
    ...(ignoreResult !== undefined && { ignore_result: ignoreResult }),
    ...(link && { link: link.map(wireCall) }),
    ...(linkError && { link_error: linkError.map(wireCall) }),
  };
}
