import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { answers } from './handshake.ts';
import { lastLines } from './install-packages.ts';
import { processTree, signalProcesses, stillRunning } from './process-tree.ts';
import type { ServiceAccount } from './service-account.ts';
import { ServiceFailedError } from './service-errors.ts';
import type { PartPlan } from './service-plan.ts';
import { waitUntil } from './wait-until.ts';

const TAIL_LINES = 20;
const STOP_MS = 15_000;
const KILL_MS = 10_000;
/** What the main process cannot pass on to those it started. */
const TO_ALL: readonly NodeJS.Signals[] = ['SIGKILL', 'SIGSTOP', 'SIGCONT'];
const ENDING: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGABRT'];

/** Where a part runs, and who hears of its processes. */
export interface PartSurroundings {
  readonly service: string;
  readonly folder: string;
  readonly startMs: number;
  readonly account: ServiceAccount;
  /** Called whenever a process has started or ended. */
  readonly onChange: () => void;
}

/** One server process of a service, with everything that it starts. */
export class ServerPart {
  readonly name: string;
  readonly port: number;
  /** All that it has written, over all its starts. */
  readonly logFile: string;
  readonly #plan: PartPlan;
  readonly #around: PartSurroundings;
  #child: ChildProcess | undefined;
  #isFrozen = false;

  constructor(plan: PartPlan, around: PartSurroundings) {
    this.name = plan.name;
    this.port = plan.port;
    this.logFile = join(around.folder, `${plan.name}.log`);
    this.#plan = plan;
    this.#around = around;
  }

  /** The main process; undefined when it is not running. */
  get pid(): number | undefined {
    const child = this.#child;
    return child && child.exitCode === null && child.signalCode === null ? child.pid : undefined;
  }

  /** Whether it lives through `kill` and `restart` of its service. */
  get isAside(): boolean {
    return this.#plan.isAside === true;
  }

  /**
   * Starts it, if it is not running, on its port and with the data it has, and waits for its handshake.
   * @throws {ServiceFailedError} if it ends or does not answer in time; holds the end of its log
   */
  async start(): Promise<void> {
    if (this.pid !== undefined) return;
    const { command, args, env, port, handshake } = this.#plan;
    const { folder, account, startMs, onChange } = this.#around;
    const log = openSync(this.logFile, 'a');
    const child = spawn(command, args, {
      cwd: folder,
      stdio: ['ignore', log, log],
      // Ctrl-C in a terminal shall reach the one who stops it in order, not the server.
      detached: true,
      env: { ...process.env, ...env },
      ...account.identity,
    });
    closeSync(log);
    this.#child = child;
    this.#isFrozen = false;
    const ended = new Promise<void>((resolve) => {
      child.once('exit', () => resolve());
      child.once('error', () => resolve());
    }).then(onChange);
    onChange();
    let isReady = false;
    await waitUntil(async () => {
      isReady = await answers(port, handshake);
      return isReady || this.pid === undefined;
    }, startMs);
    child.unref();
    // Somebody else answered on the port while this one could not have it.
    if (isReady && this.pid !== undefined) return;
    const reason = this.pid === undefined ? 'ended while it was starting' : `no answer within ${startMs / 1000} s`;
    if (this.pid !== undefined) await this.kill('SIGKILL');
    await ended;
    throw new ServiceFailedError(this.#around.service, `${this.name} ${reason}`, this.logTail());
  }

  /**
   * Sends a signal to the main process, and to everything it started if it cannot see to that itself. After a signal
   * that ends processes it waits until they are gone; after SIGSTOP the server is frozen until `kill('SIGCONT')`.
   */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const { pid } = this;
    if (pid === undefined) return;
    const tree = processTree(pid);
    if (signal === 'SIGSTOP') this.#isFrozen = true;
    if (signal === 'SIGCONT') this.#isFrozen = false;
    signalProcesses(TO_ALL.includes(signal) ? tree : [pid], signal);
    // A frozen process takes no signal but SIGKILL before it is thawed.
    const ends = signal === 'SIGKILL' || (ENDING.includes(signal) && !this.#isFrozen);
    if (ends) await this.#untilGone(tree, KILL_MS);
  }

  /** Ends it in order; by force if that takes more than 15 s. */
  async stop(): Promise<void> {
    const { pid } = this;
    if (pid === undefined) return;
    const tree = processTree(pid);
    if (this.#isFrozen) signalProcesses(tree, 'SIGCONT');
    signalProcesses([pid], this.#plan.stopSignal ?? 'SIGTERM');
    if (await this.#isGone(tree, STOP_MS)) return;
    const rest = [...new Set([...tree, ...processTree(pid)])];
    signalProcesses(stillRunning(rest), 'SIGKILL');
    await this.#untilGone(rest, KILL_MS);
  }

  /** The end of what it has written. */
  logTail(): string {
    try {
      return lastLines(readFileSync(this.logFile, 'utf8'), TAIL_LINES);
    } catch {
      return '';
    }
  }

  #isGone(tree: readonly number[], timeoutMs: number): Promise<boolean> {
    return waitUntil(() => this.pid === undefined && stillRunning(tree).length === 0, timeoutMs);
  }

  async #untilGone(tree: readonly number[], timeoutMs: number): Promise<void> {
    if (await this.#isGone(tree, timeoutMs)) return;
    const left = stillRunning(tree).join(', ');
    throw new ServiceFailedError(this.#around.service, `${this.name} did not end: ${left}`, this.logTail());
  }
}
