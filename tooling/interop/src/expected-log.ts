/** Errors that the cases provoke, as a Python worker logs them. */
const PROVOKED: readonly RegExp[] = [
  /Received unregistered task of type 'interop\.nobody_has_it'/,
  // Celery 5.2 names its wrapper instead of the error where a task has a result store.
  /Task interop\.fail\[[^\]]+\] raised unexpected: (?:ValueError|KeyError|InteropError|ExceptionWithTraceback)\(/,
  /Task interop\.add\[[^\]]+\] raised unexpected: (?:TypeError|ExceptionWithTraceback)\(/,
  /Task interop\.give_up\[[^\]]+\] raised unexpected: (?:MaxRetriesExceededError|ExceptionWithTraceback)\(/,
  /Chord '[^']+' raised: ChordError\(.*raised ValueError\('in the header'\)/,
  /pidbox command error: ValueError\('(?:Autoscale|Pool restarts) not enabled'\)/,
  /(?:Rate limit|Change time limit) attempt for unknown task interop\.nobody/,
];

/** The lines of level ERROR or CRITICAL in a Python worker's log that no case provokes. */
export function unexpectedErrors(log: string): readonly string[] {
  return log
    .split('\n')
    .filter((line) => /: (?:ERROR|CRITICAL)\//.test(line) && !PROVOKED.some((pattern) => pattern.test(line)));
}
