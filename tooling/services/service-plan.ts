import type { Handshake } from './handshake.ts';

/** A command line, and what it finds in its environment. */
export interface CommandPlan {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Written to its standard input. */
  readonly input?: string;
}

/** A process of a service. */
export interface PartPlan extends CommandPlan {
  readonly name: string;
  /** Where it listens on 127.0.0.1. */
  readonly port: number;
  readonly handshake: Handshake;
  /** Ends it in order; SIGTERM unless given. */
  readonly stopSignal?: NodeJS.Signals;
  /** Lives from start to stop of the service: not touched by its `kill` and `restart`. */
  readonly isAside?: boolean;
}

/** All that has to be done to run a service; pure data, so that it can be tested without a server. */
export interface ServicePlan {
  /** Where clients connect. */
  readonly url: string;
  /** Processes in the order in which they start. */
  readonly parts: readonly PartPlan[];
  /** Written into its folder before anything else: path to content. */
  readonly files?: Readonly<Record<string, string>>;
  /** Run once, one after the other, before the first start. */
  readonly prepare?: readonly CommandPlan[];
  /** Arguments of `cli`, run once, one after the other, after the first start. */
  readonly introduce?: readonly (readonly string[])[];
  /** Arguments of `cli` whose output must come to match before the service counts as started. */
  readonly settled?: readonly { readonly args: readonly string[]; readonly expect: RegExp }[];
  /** The service's own client: the arguments of `exec` come after these. */
  readonly cli: CommandPlan;
  /** Whose processes and files these are when root starts them; root's own unless given. */
  readonly user?: string;
  /** How long one start may take. */
  readonly startMs: number;
}

/** What a plan is made from. */
export interface PlanInput {
  /** Absolute paths of the binaries by the key in `binaries.ts`. */
  readonly binaries: Readonly<Record<string, string>>;
  readonly ports: readonly number[];
  /** A folder of its own, which exists. */
  readonly folder: string;
  /** Writes reach the disk before they are confirmed: for tests that cut the power. Otherwise they survive a killed server only. */
  readonly durable: boolean;
  /** Settings of the server's own configuration, by its own names, put last. */
  readonly settings: Readonly<Record<string, string>>;
}

/** How a service is planned. */
export interface ServicePlanner {
  /** How many free ports it takes. */
  readonly ports: number;
  readonly plan: (input: PlanInput) => ServicePlan;
}
