import { type Keeper, startKeeper } from './keeper.ts';
import { runPlanned } from './run-planned.ts';
import { ServerPart } from './server-part.ts';
import type { ServiceAccount } from './service-account.ts';
import { ServiceFailedError } from './service-errors.ts';
import type { ServiceName } from './service-names.ts';
import type { CommandPlan, ServicePlan } from './service-plan.ts';
import { waitUntil } from './wait-until.ts';

const COMMAND_MS = 60_000;

/** A server of one's own. */
export interface RunningService {
  readonly name: ServiceName;
  /** Where clients connect. */
  readonly url: string;
  /** Where its data and logs are; removed by `stop`. */
  readonly folder: string;
  /** Its processes, such as the nodes of a cluster, to be killed and started one by one. */
  readonly parts: readonly ServerPart[];
  /** One of its processes by name. */
  part(name: string): ServerPart;
  /**
   * Runs the server's own client: `redis-cli`, `rabbitmqctl`, `psql` or `mariadb`, already connected.
   * @returns what it wrote, trimmed
   * @throws {ServiceFailedError} if it ends with another code than 0
   */
  exec(...args: readonly string[]): Promise<string>;
  /** Sends a signal (SIGKILL unless given) to all its processes. Waits for their end, if the signal ends them. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Stops it in order, if it is running, and starts it on the same ports with the same data. */
  restart(): Promise<void>;
  /** Ends all its processes and removes its folder. May be called again. */
  stop(): Promise<void>;
}

/** Carries out a service's plan. */
export class Service implements RunningService {
  readonly name: ServiceName;
  readonly url: string;
  readonly folder: string;
  readonly parts: readonly ServerPart[];
  readonly #plan: ServicePlan;
  readonly #account: ServiceAccount;
  readonly #keeper: Keeper;
  #stopped: Promise<void> | undefined;

  constructor(name: ServiceName, folder: string, plan: ServicePlan, account: ServiceAccount) {
    this.name = name;
    this.url = plan.url;
    this.folder = folder;
    this.#plan = plan;
    this.#account = account;
    this.#keeper = startKeeper(folder);
    const onChange = (): void => this.#notePids();
    this.parts = plan.parts.map(
      (part) => new ServerPart(part, { service: name, folder, startMs: plan.startMs, account, onChange }),
    );
  }

  /** The first start, with everything that is done only once. */
  async begin(): Promise<void> {
    for (const command of this.#plan.prepare ?? []) await this.#run(command);
    await this.#startParts();
    for (const args of this.#plan.introduce ?? []) await this.exec(...args);
    await this.#settle();
  }

  part(name: string): ServerPart {
    const found = this.parts.find((part) => part.name === name);
    if (found) return found;
    throw new RangeError(`${this.name} has ${this.parts.map((part) => part.name).join(', ')}, not ${name}`);
  }

  async exec(...args: readonly string[]): Promise<string> {
    const { cli } = this.#plan;
    return await this.#run({ ...cli, args: [...cli.args, ...args] });
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    await Promise.all(this.#mainParts().map((part) => part.kill(signal)));
  }

  async restart(): Promise<void> {
    await stopBackwards(this.#mainParts());
    await this.#startParts();
    await this.#settle();
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#end();
    return this.#stopped;
  }

  async #end(): Promise<void> {
    try {
      await stopBackwards(this.parts);
    } finally {
      await this.#keeper.close();
    }
  }

  async #startParts(): Promise<void> {
    for (const part of this.parts) await part.start();
  }

  async #settle(): Promise<void> {
    for (const { args, expect } of this.#plan.settled ?? []) {
      let output = '';
      const isSettled = await waitUntil(async () => {
        output = await this.exec(...args).catch((error: unknown) => String(error));
        return expect.test(output);
      }, this.#plan.startMs);
      if (!isSettled) throw new ServiceFailedError(this.name, `never came to ${expect} on ${args.join(' ')}`, output);
    }
  }

  async #run(command: CommandPlan): Promise<string> {
    const { code, output } = await runPlanned(command, {
      folder: this.folder,
      account: this.#account,
      timeoutMs: COMMAND_MS,
    });
    if (code === 0) return output.trim();
    throw new ServiceFailedError(this.name, `${command.command} ended with ${code}`, output.trim());
  }

  #mainParts(): readonly ServerPart[] {
    return this.parts.filter((part) => !part.isAside);
  }

  #notePids(): void {
    this.#keeper.note(this.parts.flatMap((part) => part.pid ?? []));
  }
}

/** The last one first: what was started later leans on what was there before. */
async function stopBackwards(parts: readonly ServerPart[]): Promise<void> {
  for (const part of parts.toReversed()) await part.stop();
}
