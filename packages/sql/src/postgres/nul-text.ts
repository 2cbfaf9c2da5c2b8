/**
 * Stands for NUL, which PostgreSQL has no place for in text. A character that Unicode keeps for use inside a program, so
 * that no text of anybody is taken for one with a NUL.
 */
const STAND_IN = '\u{10ffff}';

/** Whether a parameter is text with a NUL, or a list with such a text. */
export function hasNul(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\0');
  return Array.isArray(value) && value.some((one) => typeof one === 'string' && one.includes('\0'));
}

/** The parameter as PostgreSQL can keep it. */
export function withoutNul(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('\0', STAND_IN);
  return Array.isArray(value) ? value.map(withoutNul) : value;
}

/** Text as it was before {@link withoutNul}. */
export function withNul(text: string): string {
  return text.includes(STAND_IN) ? text.replaceAll(STAND_IN, '\0') : text;
}
