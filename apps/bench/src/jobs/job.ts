import type { Measurements } from '../measure/measurements.ts';
import type { Profiles } from '../report/profiles.ts';
import type { BenchServer } from '../servers.ts';
import type { BrokerName, SystemEntry } from '../systems/system.ts';

/** What a job works with. */
export interface JobContext {
  readonly server: BenchServer;
  readonly measurements: Measurements;
  /** Where Python's Celery is; undefined without it. */
  readonly python: string | undefined;
  /** How long each measured part should take, seconds. */
  readonly seconds: number;
  readonly quick: boolean;
  /** Concurrencies to drain with, rising. */
  readonly concurrency: readonly number[];
  /** Where profiles go; undefined without profiling. */
  readonly profiles: Profiles | undefined;
}

/** One kind of measurement. */
export interface Job {
  readonly name: string;
  /** For `--help`. */
  readonly what: string;
  readonly brokers: readonly BrokerName[];
  /** Systems that take part; undefined = all of the broker. */
  readonly systems?: readonly string[];
  /** Rounds when it is not said otherwise; 0 = only when it is named. */
  readonly rounds: { readonly quick: number; readonly full: number };
  /** Brokers of a quick run, where it is not all of them. */
  readonly quickOn?: readonly BrokerName[];
  /** Systems of a quick run, where it is not all of them. */
  readonly quickSystems?: readonly string[];
  /** One system, one round. */
  run(entry: SystemEntry, context: JobContext): Promise<void>;
}
