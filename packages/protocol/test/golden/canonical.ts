type Tagged = { readonly [tag: string]: unknown };

/**
 * A text that is equal for two values exactly when they are equal in value, in the order of keys, and in which numbers
 * are bigints or bytes.
 */
export function canonical(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (value instanceof Uint8Array) return `bytes:${Buffer.from(value).toString('hex')}`;
  if (value instanceof Set) return `set:${canonical([...value])}`;
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`)
      .join(',')}}`;
  }
  return JSON.stringify(value) ?? 'undefined';
}

/** Python values that JSON cannot hold, as our decoders give them back; dates, decimals and objects stay tagged. */
export function untag(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(untag);
  if (typeof value !== 'object' || value === null) return value;
  const tagged = value as Tagged;
  if ('$int' in tagged) return BigInt(tagged['$int'] as string);
  if ('$float' in tagged) return pythonFloat(tagged['$float'] as string);
  if ('$bytes' in tagged) return new Uint8Array(Buffer.from(tagged['$bytes'] as string, 'base64'));
  if ('$tuple' in tagged) return untag(tagged['$tuple']);
  if ('$set' in tagged) return new Set(untag(tagged['$set']) as unknown[]);
  if ('$exception' in tagged) return new Error('an exception of Python');
  if ('$map' in tagged) return new Map(untag(tagged['$map']) as [unknown, unknown][]);
  return Object.fromEntries(Object.entries(tagged).map(([key, member]) => [key, untag(member)]));
}

function pythonFloat(text: string): number {
  if (text === 'inf') return Number.POSITIVE_INFINITY;
  return text === '-inf' ? Number.NEGATIVE_INFINITY : Number.NaN;
}
