import type { ParsedOptions } from './definitions/define.ts';
import { parseIntegerOption, parseListOption, parseNumberOption } from './option-values.ts';
import { type PoolArguments, readPoolArguments } from './pool-arguments.ts';

/** What the command line says about a worker; what it leaves out is for the settings to say. */
export interface WorkerArguments extends PoolArguments {
  readonly hostname?: string;
  readonly queues?: readonly string[];
  readonly excludeQueues?: readonly string[];
  readonly include: readonly string[];
  readonly purge: boolean;
  /** Start anew when code changes. */
  readonly watch: boolean;
  /** Send periodic tasks too. */
  readonly beat: boolean;
  /** What keeps their schedule. */
  readonly schedule?: string;
  readonly taskEvents?: boolean;
  readonly withoutHeartbeat: boolean;
  readonly withoutMingle: boolean;
  readonly withoutGossip: boolean;
  readonly heartbeatIntervalMs?: number;
  /** A pattern, see `filePattern`. */
  readonly stateDb?: string;
  readonly healthPort?: number;
  readonly healthHost?: string;
}

/** @throws {UsageError} naming the option at fault */
export function readWorkerArguments(options: ParsedOptions): WorkerArguments {
  const text = (name: string): string | undefined => options[name] as string | undefined;
  const [hostname, queues, excluded] = [text('hostname'), text('queues'), text('excludeQueues')];
  const interval = text('heartbeatInterval');
  const [stateDb, healthPort, healthHost] = [text('statedb'), text('healthPort'), text('healthHost')];
  return {
    ...(hostname !== undefined && { hostname }),
    ...readPoolArguments(options),
    ...(queues !== undefined && { queues: parseListOption(queues) }),
    ...(excluded !== undefined && { excludeQueues: parseListOption(excluded) }),
    include: parseListOption(text('include') ?? ''),
    purge: options['purge'] === true,
    watch: options['watch'] === true,
    beat: options['beat'] === true,
    ...(text('schedule') !== undefined && { schedule: text('schedule')! }),
    ...(options['taskEvents'] === true && { taskEvents: true }),
    withoutHeartbeat: options['withoutHeartbeat'] === true,
    withoutMingle: options['withoutMingle'] === true,
    withoutGossip: options['withoutGossip'] === true,
    ...(stateDb !== undefined && { stateDb }),
    ...(healthPort !== undefined && { healthPort: parseIntegerOption('--health-port', healthPort, 0, 65_535) }),
    ...(healthHost !== undefined && { healthHost }),
    ...(interval !== undefined && {
      heartbeatIntervalMs: parseNumberOption('--heartbeat-interval', interval, 0.1) * 1000,
    }),
  };
}
