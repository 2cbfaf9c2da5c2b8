import type {
  Accepts,
  AnyArguments,
  AnySignature,
  AsyncResult,
  GroupResult,
  HandleOf,
  MissingOf,
  ResultOf,
  StepGift,
} from '@celeriac/core';

/** The results of several signatures, in order. */
export type ResultsOf<Members extends readonly unknown[]> = {
  -readonly [Place in keyof Members]: ResultOf<Members[Place]>;
};

/**
 * The results of several signatures as the body of a chord gets them: those of a group, or of a workflow that ends with one,
 * stand one by one.
 */
export type FlatResults<
  Members extends readonly unknown[],
  Done extends readonly unknown[] = [],
> = Members extends readonly [infer First, ...infer Rest]
  ? FlatResults<Rest, [...Done, ...Flattened<First>]>
  : Members extends readonly []
    ? Done
    : [...Done, ...Flattened<Members[number]>[number][]];

/** What one signature adds to a header's results. */
type Flattened<Of> = Of extends { readonly '~flat': infer Flat extends readonly unknown[] }
  ? Flat
  : HandleOf<Of> extends GroupResult<infer Results>
    ? Results
    : [ResultOf<Of>];

/**
 * The arguments that a group lacks: every member gets the same ones. Immutable members take any.
 */
export type GroupMissing<Members extends readonly unknown[]> = [Needs<Members[number]>] extends [never]
  ? AnyArguments
  : AsArguments<Intersection<Needs<Members[number]>>>;

/** Each step next to what the one before it gives; a step that cannot take it becomes impossible. */
export type CheckedSteps<Steps extends readonly unknown[]> = {
  [Place in keyof Steps]: Place extends '0' ? unknown : Accepts<Steps[Place], StepGift<Before<Steps, Place>>>;
};

/** The last one of a list. */
export type LastOf<Steps extends readonly unknown[]> = Steps extends readonly [...unknown[], infer Last]
  ? Last
  : Steps[number];

/** A task, or a signature of it, for `map`, `starmap` and `chunks`. */
export interface Mappable<Args extends readonly unknown[], Result> {
  delay(...args: Args): Promise<AsyncResult<Result>>;
}

/** What a chord's body gets of its header. */
export type HeaderResults<Header> = Header extends AnySignature
  ? FlatResults<[Header]>
  : Header extends readonly AnySignature[]
    ? FlatResults<Header>
    : Header extends Iterable<infer Member>
      ? FlatResults<Member[]>
      : never;

/** What a chord lacks: what its header lacks. */
export type HeaderMissing<Header> = Header extends AnySignature
  ? MissingOf<Header>
  : Header extends readonly AnySignature[]
    ? GroupMissing<Header>
    : Header extends Iterable<infer Member>
      ? GroupMissing<readonly Member[]>
      : never;

type Needs<Of> = AnyArguments extends MissingOf<Of> ? never : MissingOf<Of>;

type Intersection<Union> = (Union extends unknown ? (one: Union) => void : never) extends (all: infer All) => void
  ? All
  : never;

type AsArguments<Args> = Args extends readonly unknown[] ? Args : never;

type Before<Steps extends readonly unknown[], Place> = Place extends keyof Predecessors
  ? Steps[Predecessors[Place]]
  : Steps[number];

/** Written out: as far as the compiler checks a chain step by step. */
interface Predecessors {
  readonly '1': 0;
  readonly '2': 1;
  readonly '3': 2;
  readonly '4': 3;
  readonly '5': 4;
  readonly '6': 5;
  readonly '7': 6;
  readonly '8': 7;
  readonly '9': 8;
  readonly '10': 9;
  readonly '11': 10;
  readonly '12': 11;
  readonly '13': 12;
  readonly '14': 13;
  readonly '15': 14;
  readonly '16': 15;
  readonly '17': 16;
  readonly '18': 17;
  readonly '19': 18;
  readonly '20': 19;
  readonly '21': 20;
  readonly '22': 21;
  readonly '23': 22;
  readonly '24': 23;
  readonly '25': 24;
  readonly '26': 25;
  readonly '27': 26;
  readonly '28': 27;
  readonly '29': 28;
  readonly '30': 29;
  readonly '31': 30;
}
