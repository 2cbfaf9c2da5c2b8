/**
 * Pairs as lines `name  value`, the values aligned.
 * @param indent - spaces before every line
 */
export function keyValueLines(pairs: readonly (readonly [name: string, value: string])[], indent = 0): string {
  const width = pairs.reduce((widest, [name]) => Math.max(widest, name.length), 0);
  const before = ' '.repeat(indent);
  return pairs.map(([name, value]) => `${before}${name.padEnd(width)}  ${value}`.trimEnd()).join('\n');
}
