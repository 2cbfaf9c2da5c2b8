/** Errors that the cases provoke, as a Python worker logs them. */
const PROVOKED: readonly RegExp[] = [
  /Received unregistered task of type 'interop\.nobody_has_it'/,
  /Task interop\.fail\[[^\]]+\] raised unexpected: (?:ValueError|KeyError|InteropError)\(/,
  /Task interop\.add\[[^\]]+\] raised unexpected: TypeError\(/,
  /Task interop\.give_up\[[^\]]+\] raised unexpected: MaxRetriesExceededError\(/,
];

/** The lines of level ERROR or CRITICAL in a Python worker's log that no case provokes. */
export function unexpectedErrors(log: string): readonly string[] {
  return log
    .split('\n')
    .filter((line) => /: (?:ERROR|CRITICAL)\//.test(line) && !PROVOKED.some((pattern) => pattern.test(line)));
}
