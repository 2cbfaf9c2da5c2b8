/** PostgreSQL takes less than 8,000 bytes at a time. */
const MOST_BYTES = 7900;

/** Ids as few texts that can be announced, each a JSON list. */
export function announcements(ids: readonly string[]): readonly string[] {
  const texts: string[] = [];
  let list = '';
  let bytes = 0;
  for (const id of ids) {
    const text = JSON.stringify(id);
    const size = Buffer.byteLength(text) + 1;
    if (bytes + size > MOST_BYTES && list !== '') {
      texts.push(`[${list}]`);
      list = '';
      bytes = 0;
    }
    list += list === '' ? text : `,${text}`;
    bytes += size;
  }
  if (list !== '') texts.push(`[${list}]`);
  return texts;
}

/** The ids in an announcement; undefined for one that nobody here has made. */
export function announcedIds(text: string): readonly string[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every((one) => typeof one === 'string') ? value : undefined;
  } catch {
    return undefined;
  }
}
