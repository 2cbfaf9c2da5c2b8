/** An option's name in camel case, whichever spelling it was given in: `visibility_timeout` is `visibilityTimeout`. */
export function camelName(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_whole, letter: string) => letter.toUpperCase());
}

/** Options by their names in camel case; those without a value are left out. */
export function camelOptions(options: { readonly [name: string]: unknown }): ReadonlyMap<string, unknown> {
  const found = new Map<string, unknown>();
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined && value !== null) found.set(camelName(name), value);
  }
  return found;
}
