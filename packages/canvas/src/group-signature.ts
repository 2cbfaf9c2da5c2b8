import { type AnyArguments, type GroupResult, Signature, type TaskCaller } from '@celeriac/core';
import { groupMembers, membersOf } from '@celeriac/core/internal';
import type { SignatureJson } from '@celeriac/protocol';

/** How the countdowns of a group grow; seconds. */
export interface Skew {
  /** Of the first member. Default 1. */
  readonly start?: number;
  /** Countdowns stay below it, and begin again; none by default. */
  readonly stop?: number | null;
  /** Default 1. */
  readonly step?: number;
}

/**
 * Signatures that run in parallel, all with the same arguments before their own.
 * @see celery/canvas.py group
 */
export class Group<
  Results extends readonly unknown[] = readonly unknown[],
  Missing extends readonly unknown[] = AnyArguments,
  Flat extends readonly unknown[] = Results,
> extends Signature<Results, Missing, GroupResult<Results>> {
  /** What follows the group gets: the results of groups in it stand one by one. Nothing of it exists at run time. */
  declare readonly '~flat': Flat;
  /** Whether it was written with exactly one member: in a chain that member stands in its place. */
  readonly #unrolls: boolean;

  constructor(json: SignatureJson, caller?: TaskCaller, unrolls = false) {
    super(json, caller);
    this.#unrolls = unrolls;
  }

  /** How many members it has. */
  get size(): number {
    return membersOf(this.toJSON()).length;
  }

  /**
   * With countdowns for its members, each longer than the one before, so that they do not start all at once.
   * @throws {RangeError} for a step of 0 or against the direction of `stop`
   * @see celery/canvas.py group.skew
   */
  skew({ start = 1, stop = null, step = 1 }: Skew = {}): this {
    if (step === 0 || (stop !== null && (stop - start) * step <= 0))
      throw new RangeError(`Countdowns from ${start} in steps of ${step} never come to ${stop ?? 'an end'}.`);
    const json = this.toJSON();
    let countdown = start;
    const tasks = membersOf(json).map((member) => {
      const skewed = { ...member, options: { ...member.options, countdown } };
      countdown += step;
      if (stop !== null && (step > 0 ? countdown >= stop : countdown <= stop)) countdown = start;
      return skewed;
    });
    return this.with({ ...json, kwargs: { ...json.kwargs, tasks } });
  }

  override '~step'(): SignatureJson {
    return this.#unrolls ? groupMembers(this.toJSON())[0]! : this.toJSON();
  }

  protected override with(json: SignatureJson): this {
    return new Group(json, this['~caller'], this.#unrolls) as unknown as this;
  }
}
