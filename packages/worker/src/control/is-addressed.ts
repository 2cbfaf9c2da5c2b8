import { type ControlRequest, escapeForLog, InvalidMessageError } from '@celeriac/protocol';
import { matchesGlob } from './glob-pattern.ts';
import { LinearRegex } from './linear-regex.ts';

/** Names have 255 characters at most; what takes more to match is no pattern for one. */
const LONGEST_PATTERN = 1000;

/**
 * Whether a command is for this node: it is among the destinations, or the pattern matches, or nothing of both is given.
 * @throws {InvalidMessageError} for an unknown matcher, a pattern that is too long, or an expression that is not known here
 * @see kombu/pidbox.py Node.handle_message
 */
export function isAddressed(
  { destination, pattern, matcher }: Pick<ControlRequest, 'destination' | 'pattern' | 'matcher'>,
  hostname: string,
): boolean {
  if (destination !== null && destination.length > 0) return destination.includes(hostname);
  if (!pattern || !matcher) return true;
  if (pattern.length > LONGEST_PATTERN)
    throw new InvalidMessageError('pattern', `is longer than ${LONGEST_PATTERN} characters`);
  switch (matcher) {
    case 'glob':
      return matchesGlob(hostname, pattern);
    case 'pcre':
      return matchesRegex(hostname, pattern);
    default:
      throw new InvalidMessageError('matcher', `"${escapeForLog(matcher, 60)}" is not known here`);
  }
}

function matchesRegex(hostname: string, pattern: string): boolean {
  try {
    return new LinearRegex(pattern).matchesStart(hostname);
  } catch (error) {
    if (error instanceof RangeError) throw new InvalidMessageError('pattern', `cannot be used: ${error.message}`);
    throw error;
  }
}
