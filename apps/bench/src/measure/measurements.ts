import type { BrokerName } from '../systems/system.ts';
import { median } from './statistics.ts';

/** What a figure counts. */
export type Unit = 'tasks/s' | 'ms' | 'MB' | 'kB' | 'CPU s';

/** One figure of one system, measured once each round. */
export interface Measurement {
  /** Such as `send` or `drain`. */
  readonly job: string;
  readonly broker: BrokerName;
  /** What is particular, such as `c=100`. */
  readonly variant: string;
  readonly system: string;
  readonly unit: Unit;
  readonly rounds: readonly number[];
}

/** Which figure is meant. */
export type MeasurementKey = Pick<Measurement, 'job' | 'broker' | 'variant' | 'system'>;

/** Everything that one run has measured. */
export class Measurements {
  readonly #all: Map<string, Measurement & { rounds: number[] }> = new Map();

  static of(measurements: readonly Measurement[]): Measurements {
    const all = new Measurements();
    for (const { unit, rounds, ...key } of measurements) {
      for (const value of rounds) all.add(key, unit, value);
    }
    return all;
  }

  add(key: MeasurementKey, unit: Unit, value: number): void {
    const text = keyOf(key);
    const known = this.#all.get(text);
    if (known === undefined) this.#all.set(text, { ...key, unit, rounds: [value] });
    else known.rounds.push(value);
  }

  /** The median over the rounds; undefined when it was not measured. */
  value(key: MeasurementKey): number | undefined {
    const found = this.#all.get(keyOf(key));
    return found === undefined ? undefined : median(found.rounds);
  }

  all(): readonly Measurement[] {
    return [...this.#all.values()];
  }
}

function keyOf({ job, broker, variant, system }: MeasurementKey): string {
  return [job, broker, variant, system].join('|');
}
