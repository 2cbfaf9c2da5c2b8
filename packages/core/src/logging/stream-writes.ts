type Write = NodeJS.WriteStream['write'];

/** How streams write that were redirected. */
const own: Map<NodeJS.WriteStream, Write> = new Map();

/**
 * Has a stream write as `write` says.
 * @param write - gets what the stream's own way of writing gets, and that
 * @returns gives the stream its own way back
 */
export function redirectWrites(
  stream: NodeJS.WriteStream,
  write: (args: Parameters<Write>, own: Write) => boolean,
): () => void {
  const before = stream.write;
  own.set(stream, before);
  stream.write = ((...args: Parameters<Write>) => write(args, before)) as Write;
  return () => {
    stream.write = before;
    own.delete(stream);
  };
}

/** Writes past a redirection: what the log itself writes is no output of a task. */
export function writePast(stream: NodeJS.WriteStream, text: string): void {
  (own.get(stream) ?? stream.write).call(stream, text);
}
