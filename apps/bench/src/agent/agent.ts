import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Place } from '../systems/system.ts';
import type { AgentCommandName, AgentReply, AgentRequest, InputOf, OutputOf, Side } from './agent-commands.ts';

/** How an agent is started. */
export interface AgentSetup {
  /** Name of the system's module; `celery` is a program in Python. */
  readonly module: string;
  readonly side: Side;
  readonly place: Place;
  readonly env?: Readonly<Record<string, string>>;
  /** Options of node for the process. */
  readonly execArgv?: readonly string[];
  /** Where Python's Celery is. */
  readonly python?: string | undefined;
}

const PYTHON_AGENT = fileURLToPath(new URL('../../python/celery_agent.py', import.meta.url));
/** Built: taking types out as it starts would cost a process 40 MB and a tenth of a second, which no user pays. */
const NODE_AGENT = fileURLToPath(new URL('../../dist/agent/agent-main.js', import.meta.url));

/** The longest that a command may take. */
const COMMAND_MS = 180_000;
/** How long a process may take to end in order. */
const END_MS = 5_000;

/** One side of a system in a process of its own. One command at a time. */
export class Agent {
  readonly pid: number;
  readonly #process: ChildProcess;
  readonly #label: string;
  #waiting: { resolve(reply: AgentReply): void; reject(error: Error): void } | undefined;
  #ended = false;

  private constructor(process: ChildProcess, label: string) {
    this.pid = process.pid!;
    this.#process = process;
    this.#label = label;
    const lines = createInterface({ input: process.stdout! });
    lines.on('line', (line) => this.#onLine(line));
    process.once('exit', (code, signal) => {
      this.#ended = true;
      this.#waiting?.reject(new Error(`${label} ended with ${signal ?? code}.`));
    });
  }

  /** Resolves when it has connected. */
  static async start(setup: AgentSetup): Promise<Agent> {
    const { module, side, place, env = {}, execArgv = [], python } = setup;
    const isPython = module === 'celery';
    const [command, args] = isPython
      ? [python ?? 'python3', [PYTHON_AGENT, side]]
      : [process.execPath, [...process.execArgv, ...execArgv, NODE_AGENT, module, side]];
    const child = spawn(command, args, {
      env: { ...process.env, ...env, BENCH_BROKER: place.broker, BENCH_STORE: place.store },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const agent = new Agent(child, `${module} ${side}`);
    await agent.#reply();
    return agent;
  }

  /** @throws with what the agent said went wrong */
  async tell<N extends AgentCommandName>(command: N, input: InputOf<N>): Promise<OutputOf<N>> {
    const request: AgentRequest = { command, input };
    const reply = this.#reply();
    this.#process.stdin!.write(`${JSON.stringify(request)}\n`);
    return (await reply) as OutputOf<N>;
  }

  /** Ends the process in order, by force if it does not. */
  async end(): Promise<void> {
    if (this.#ended) return;
    const gone = once(this.#process, 'exit');
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), END_MS);
    await this.tell('end', {}).catch(() => undefined);
    await gone;
    clearTimeout(timer);
  }

  async #reply(): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<AgentReply>();
    this.#waiting = { resolve, reject };
    const timer = setTimeout(() => reject(new Error(`${this.#label} does not answer.`)), COMMAND_MS);
    const reply = await promise.finally(() => clearTimeout(timer));
    if ('error' in reply) throw new Error(`${this.#label}: ${reply.error}`);
    return reply.output;
  }

  #onLine(line: string): void {
    // Whatever else a system prints is not for us.
    if (!line.startsWith('{"output":') && !line.startsWith('{"error":')) return;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve(JSON.parse(line) as AgentReply);
  }
}
