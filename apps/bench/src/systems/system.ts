/** The servers that are measured on. */
export type BrokerName = 'redis' | 'rabbitmq' | 'sqlite' | 'postgres' | 'memory';

/** Where one system works. */
export interface Place {
  /** URL of the broker. */
  readonly broker: string;
  /** URL of the result store. */
  readonly store: string;
}

/** What one call took, on the clock of its machine, milliseconds. */
export interface CallTimes {
  /** From the call until the task ran. */
  readonly startMs: number;
  /** From the call until its result was in the caller's hands. */
  readonly resultMs: number;
}

/** Tasks beside the no-op: one that uses `ms` of CPU, one that waits so long, one that does nothing but only so much later. */
export type SpecialTask = 'burn' | 'hold' | 'later';

/** The side that sends. */
export interface Client {
  /** Sends one task; resolves when the broker has confirmed it. Its value is the index, so that results can be checked. */
  send(index: number, payload: string): Promise<unknown>;
  /** Sends `count` tasks by the system's own call for many. */
  sendMany?(from: number, count: number, payload: string): Promise<unknown>;
  /** Sends one task of another kind. Its value is the index. */
  sendSpecial?(kind: SpecialTask, index: number, ms: number): Promise<unknown>;
  /** One task there and its result back. */
  call(index: number): Promise<CallTimes>;
  /** A workflow of `size` tasks and its result. @throws when that is wrong */
  flow?(kind: 'chord' | 'group' | 'chain', size: number): Promise<void>;
  /** Results that are in the store; exact when `target` of them may be there, cheap and about right before. */
  stored(target: number): Promise<number>;
  /** Reads `count` results back. @throws when one is missing or is not the value that was sent */
  verify(count: number): Promise<void>;
  close(): Promise<void>;
}

/** The side that works. */
export interface WorkerSide {
  /** Resolves when it takes tasks. */
  start(concurrency: number): Promise<void>;
  stop(): Promise<void>;
}

/** What the module of a system exports. */
export interface SystemModule {
  client(place: Place): Promise<Client>;
  worker(place: Place): Promise<WorkerSide>;
}

/** One line of every table: a system on a broker. */
export interface SystemEntry {
  readonly name: string;
  readonly broker: BrokerName;
  /** The module beside this file, or the program in Python. */
  readonly module: string;
  /** Settings that the system runs with, for the reader of the table. */
  readonly settings: string;
  /** Environment of its processes. */
  readonly env?: Readonly<Record<string, string>>;
  /** Jobs that it has no answer to, each with the reason. */
  readonly without?: Readonly<Record<string, string>>;
  /** It stands beside the others for information: throughput only, and in quick runs only at the greatest width. */
  readonly isAside?: boolean;
}

/** @throws when the values read back are not 0, 1, 2 … in some order */
export function checkValues(values: Iterable<unknown>, count: number): void {
  const seen = new Set<number>();
  for (const value of values) {
    if (typeof value !== 'number' || value < 0 || value >= count) throw new Error(`A result is ${String(value)}.`);
    seen.add(value);
  }
  if (seen.size !== count) throw new Error(`${seen.size} of ${count} results are there.`);
}

/** Milliseconds on a clock that all processes of the machine share, with fractions. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now();
}
