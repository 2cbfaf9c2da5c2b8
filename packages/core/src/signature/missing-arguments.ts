/** Whatever it is given: an immutable signature, which ignores it, or one whose task is known by name only. */
export type AnyArguments = readonly unknown[];

/** What a signature may store of its task's arguments: all of them, or the last ones. What is missing comes first. */
export type StoredArguments<Args extends readonly unknown[]> =
  | Args
  | (number extends Args['length']
      ? never
      : Args extends readonly [unknown?, ...infer Rest]
        ? SomeRest<Args, Rest>
        : never);

type SomeRest<Args extends readonly unknown[], Rest extends readonly unknown[]> = Args extends readonly []
  ? []
  : Rest extends Args
    ? []
    : StoredArguments<Rest>;

/** The arguments that a signature with `Given` stored still lacks; they are put before the stored ones. */
export type MissingArguments<
  Args extends readonly unknown[],
  Given extends readonly unknown[],
> = Given extends readonly []
  ? Args
  : number extends Args['length']
    ? Args
    : Given extends Args
      ? []
      : Required<Args> extends readonly [...infer Missing, ...{ [Place in keyof Given]: unknown }]
        ? Missing
        : AnyArguments;
