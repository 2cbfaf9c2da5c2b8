import type { ParsedOptions } from './definitions/define.ts';
import { parseListOption, parseNumberOption } from './option-values.ts';

/** Whom a command is for, and how long to wait for answers. */
export interface AskedNodes {
  readonly timeoutMs: number;
  readonly destination?: readonly string[];
  readonly pattern?: string;
}

/**
 * @param leastMs - how long the command needs at least, unless `--timeout` says otherwise
 * @throws {UsageError}
 */
export function broadcastOptions({ timeout, destination, pattern }: ParsedOptions, leastMs = 0): AskedNodes {
  const seconds = typeof timeout === 'string' ? parseNumberOption('--timeout', timeout) : Math.max(1, leastMs / 1000);
  const nodes = typeof destination === 'string' ? parseListOption(destination) : [];
  return {
    timeoutMs: seconds * 1000,
    ...(nodes.length > 0 && { destination: nodes }),
    ...(typeof pattern === 'string' && { pattern }),
  };
}
