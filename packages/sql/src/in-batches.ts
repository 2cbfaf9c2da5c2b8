/**
 * Items in their order, in batches of which each is small enough for one statement; an item that is larger than that has a
 * batch to itself.
 * @param sizeOf - what one item takes
 * @param limit - of one batch
 */
export function inBatches<Item>(
  items: readonly Item[],
  sizeOf: (item: Item) => number,
  limit: number,
): readonly (readonly Item[])[] {
  const batches: Item[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const item of items) {
    const one = sizeOf(item);
    if (size + one > limit) {
      batches.push([]);
      size = 0;
    }
    batches.at(-1)!.push(item);
    size += one;
  }
  return batches;
}
