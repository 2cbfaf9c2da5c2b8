/** Calls `send` for each index, with at most `limit` calls unanswered at a time. @throws the first error */
export async function inFlight(
  from: number,
  count: number,
  limit: number,
  send: (index: number) => Promise<unknown>,
): Promise<void> {
  if (limit === 1) {
    for (let index = from; index < from + count; index++) await send(index);
    return;
  }
  let next = from;
  const end = from + count;
  const lane = async (): Promise<void> => {
    while (next < end) await send(next++);
  };
  await Promise.all(Array.from({ length: Math.min(limit, count) }, lane));
}
