/**
 * What a command answers as `{error}`, worded as Python words it: `KeyError('no_such_command')`.
 * @see kombu/pidbox.py Node.dispatch
 */
export class CommandError extends Error {
  /** The Python class. */
  readonly excType: 'KeyError' | 'TypeError' | 'ValueError' | 'ImportError';

  constructor(excType: CommandError['excType'], message: string) {
    super(message);
    this.name = 'CommandError';
    this.excType = excType;
  }
}
