/**
 * Whether a name matches a shell pattern: `*`, `?`, `[a-z]`, `[!a-z]`. Time grows with the product of both lengths and no
 * faster, whatever the pattern is.
 * @see Python's fnmatch, which Celery matches node names with
 */
export function matchesGlob(name: string, pattern: string): boolean {
  const parts = parseGlob(pattern);
  let [at, part] = [0, 0];
  // Where the last star stood, and what it covers so far: the only place to go back to.
  let [star, covered] = [-1, 0];
  while (at < name.length) {
    const current = parts[part];
    if (current === '*') {
      star = part++;
      covered = at;
    } else if (current?.(name[at]!) === true) {
      at++;
      part++;
    } else if (star >= 0) {
      part = star + 1;
      at = ++covered;
    } else {
      return false;
    }
  }
  while (parts[part] === '*') part++;
  return part === parts.length;
}

type Part = '*' | ((character: string) => boolean);

function parseGlob(pattern: string): readonly Part[] {
  const parts: Part[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at]!;
    const end = character === '[' ? classEnd(pattern, at) : -1;
    if (character === '*') parts.push('*');
    else if (character === '?') parts.push(() => true);
    else if (end > 0) {
      parts.push(classOf(pattern.slice(at + 1, end)));
      at = end;
    } else parts.push((other) => other === character);
  }
  return parts;
}

/** A bracket right after the opening one belongs to the class; one that is never closed stands for itself. */
function classEnd(pattern: string, start: number): number {
  const first = pattern[start + 1] === '!' ? start + 2 : start + 1;
  return pattern.indexOf(']', first + 1);
}

function classOf(text: string): (character: string) => boolean {
  const isNegated = text.startsWith('!');
  const members = isNegated ? text.slice(1) : text;
  const singles = new Set<string>();
  const ranges: [from: string, to: string][] = [];
  for (let at = 0; at < members.length; at++) {
    const to = members[at + 2];
    if (members[at + 1] === '-' && to !== undefined) {
      ranges.push([members[at]!, to]);
      at += 2;
    } else singles.add(members[at]!);
  }
  return (character) =>
    (singles.has(character) || ranges.some(([from, to]) => character >= from && character <= to)) !== isNegated;
}
