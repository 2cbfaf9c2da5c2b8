/**
 * Picks from several lines, one from each in turn, so that a long line never shuts out the others.
 * @param lines - each in its own order; the first one begins
 */
export function takeInTurns<Item>(lines: readonly (readonly Item[])[], max: number): readonly Item[] {
  if (lines.length === 1) return lines[0]!.slice(0, max);
  const picked: Item[] = [];
  for (let round = 0; picked.length < max; round++) {
    const before = picked.length;
    for (const line of lines) {
      if (round < line.length && picked.length < max) picked.push(line[round]!);
    }
    if (picked.length === before) break;
  }
  return picked;
}
