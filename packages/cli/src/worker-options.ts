import type { ParsedOptions } from './definitions/define.ts';
import { parseIntegerOption, parseListOption } from './option-values.ts';
import { POOLS } from './pools.ts';

/** What the command line says about a worker; what it leaves out is for the settings to say. */
export interface WorkerArguments {
  readonly hostname?: string;
  readonly pool?: (typeof POOLS)[number];
  readonly concurrency?: number;
  readonly prefetchMultiplier?: number;
  readonly queues?: readonly string[];
  readonly excludeQueues?: readonly string[];
  readonly include: readonly string[];
  readonly purge: boolean;
}

const MOST_TASKS = 10_000;

/** @throws {UsageError} naming the option at fault */
export function readWorkerArguments(options: ParsedOptions): WorkerArguments {
  const text = (name: string): string | undefined => options[name] as string | undefined;
  const concurrency = text('concurrency');
  const multiplier = text('prefetchMultiplier');
  const [hostname, queues, excluded] = [text('hostname'), text('queues'), text('excludeQueues')];
  const pool = POOLS.find((name) => name === options['pool']);
  return {
    ...(hostname !== undefined && { hostname }),
    ...(pool !== undefined && { pool }),
    ...(concurrency !== undefined && { concurrency: parseIntegerOption('--concurrency', concurrency, 1, MOST_TASKS) }),
    ...(multiplier !== undefined && {
      prefetchMultiplier: parseIntegerOption('--prefetch-multiplier', multiplier, 0, MOST_TASKS),
    }),
    ...(queues !== undefined && { queues: parseListOption(queues) }),
    ...(excluded !== undefined && { excludeQueues: parseListOption(excluded) }),
    include: parseListOption(text('include') ?? ''),
    purge: options['purge'] === true,
  };
}
