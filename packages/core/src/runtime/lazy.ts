/** A value made when it is first asked for. */
export class Lazy<Value> {
  readonly #make: () => Value;
  #made: { readonly value: Value } | undefined;

  constructor(make: () => Value) {
    this.#make = make;
  }

  get value(): Value {
    this.#made ??= { value: this.#make() };
    return this.#made.value;
  }

  /** The value if it was made already. */
  get current(): Value | undefined {
    return this.#made?.value;
  }

  /** Forgets the value: the next one who asks gets a new one. @returns the old one, if it was made */
  reset(): Value | undefined {
    const value = this.#made?.value;
    this.#made = undefined;
    return value;
  }
}
