import { escapeForLog } from '@celeriac/protocol';
import { ChannelError } from './transport-errors.ts';

/** AMQP keeps names in short strings. */
const MAX_NAME_BYTES = 255;
/** C0, DEL, C1 and lone surrogates: separators of stored keys, forged log lines, text that is no UTF-8. */
const unsafe = /[\u0000-\u001f\u007f-\u009f\ud800-\udfff]/u;
const wildcards: ReadonlySet<string> = new Set(['*', '#']);

/** What a name of a queue or exchange must not be, or undefined when it is fine to send to or to consume from. */
export function nameProblem(name: string): string | undefined {
  if (typeof name !== 'string') return `must be text, got ${typeof name}`;
  if (name === '') return 'must not be empty';
  if (unsafe.test(name)) return 'must not contain control characters, line breaks or broken Unicode';
  // A UTF-16 unit takes at most three bytes, so short names need no counting.
  if (name.length * 3 > MAX_NAME_BYTES && Buffer.byteLength(name) > MAX_NAME_BYTES) {
    return `must be at most ${MAX_NAME_BYTES} bytes long`;
  }
  return undefined;
}

/**
 * Refuses a name that no broker, key or log line could carry unharmed.
 * @param what - `queue` or `exchange`
 * @throws {ChannelError} naming the reason
 */
export function checkName(what: string, name: string): void {
  const problem = nameProblem(name);
  if (problem !== undefined) throw refusal(what, name, problem);
}

/**
 * As {@link checkName}, for names that are about to be declared: `amq.` belongs to the broker, and a name that is a
 * wildcard would read as a pattern.
 * @throws {ChannelError} naming the reason
 */
export function checkDeclaredName(what: string, name: string): void {
  checkName(what, name);
  if (name.startsWith('amq.')) throw refusal(what, name, 'must not start with "amq.", which belongs to the broker');
  if (wildcards.has(name)) throw refusal(what, name, 'must not be a wildcard of binding patterns');
}

function refusal(what: string, name: string, problem: string): ChannelError {
  return new ChannelError(`${what} "${escapeForLog(String(name), 60)}"`, `the name ${problem}`, {
    hint: 'Choose another name in taskQueues or taskRoutes.',
  });
}
