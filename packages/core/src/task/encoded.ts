/**
 * What arrives when a `Value` was sent as JSON: a date as text, `undefined` as null, a map as an object, objects and lists with
 * the same done to what they hold. Bytes, sets and functions cannot be sent.
 */
export type Encoded<Value> = unknown extends Value
  ? Value
  : Value extends string | number | boolean | null
    ? Value
    : Value extends void
      ? null
      : Value extends bigint
        ? number | bigint
        : Value extends Date
          ? string
          : Value extends ((...args: never[]) => unknown) | Uint8Array | ReadonlySet<unknown>
            ? never
            : Value extends ReadonlyMap<infer Key, infer Member>
              ? { [Name in Key & (string | number)]: Encoded<Member> }
              : Value extends { toJSON(): infer Json }
                ? Encoded<Json>
                : Value extends object
                  ? EncodedMembers<Value>
                  : never;

/** A member that is undefined is left out of an object. */
type EncodedMembers<Value extends object> = {
  [Key in keyof Value]: Value extends readonly unknown[]
    ? Encoded<Value[Key]>
    : Encoded<Exclude<Value[Key], undefined>> | Extract<Value[Key], undefined>;
};
