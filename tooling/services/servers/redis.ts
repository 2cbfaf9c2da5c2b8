import { redisHandshake } from '../handshake.ts';
import type { PartPlan, PlanInput, ServicePlan, ServicePlanner } from '../service-plan.ts';

const SENTINEL_MASTER = 'celeriac';
const SLOTS = 16_384;

/** A Redis of its own. Every write is in its append-only file before the client hears of it. */
export const redis: ServicePlanner = {
  ports: 1,
  plan: (input) => {
    const port = input.ports[0] as number;
    return {
      url: `redis://127.0.0.1:${port}/0`,
      parts: [redisPart(input, 'redis', port)],
      cli: cli(input, port),
      startMs: 15_000,
    };
  },
};

/** A master, a replica of it, and one Sentinel, which fails over after one second of silence. */
export const redisSentinel: ServicePlanner = {
  ports: 3,
  plan: (input) => {
    const [master, replica, sentinel] = input.ports as readonly [number, number, number];
    const configuration = `${input.folder}/sentinel.conf`;
    return {
      url: `sentinel://127.0.0.1:${sentinel}/0?master_name=${SENTINEL_MASTER}`,
      files: { [configuration]: sentinelConfiguration(input.folder, master, sentinel) },
      parts: [
        redisPart(input, 'master', master),
        redisPart(input, 'replica', replica, ['--replicaof', '127.0.0.1', String(master)]),
        {
          name: 'sentinel',
          port: sentinel,
          handshake: redisHandshake,
          command: input.binaries['server'] as string,
          args: [configuration, '--sentinel'],
        },
      ],
      settled: [
        { args: ['-p', String(replica), 'INFO', 'replication'], expect: /master_link_status:up|role:master/ },
        { args: ['SENTINEL', 'MASTER', SENTINEL_MASTER], expect: /num-slaves\s+1\b/ },
      ],
      cli: cli(input, sentinel),
      startMs: 30_000,
    };
  },
};

/** A cluster of three masters without replicas. Needs Redis 7, since the bus gets a free port too. */
export const redisCluster: ServicePlanner = {
  ports: 6,
  plan: (input) => {
    const nodes = input.ports.slice(0, 3);
    const buses = input.ports.slice(3);
    const first = nodes[0] as number;
    return {
      url: `redis://127.0.0.1:${first}/0`,
      parts: nodes.map((port, index) => redisPart(input, `node-${index + 1}`, port, clusterArguments(buses[index]))),
      introduce: [
        ...nodes.flatMap((port, index) => [
          ['-p', String(port), 'CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1)],
          ['-p', String(port), 'CLUSTER', 'ADDSLOTSRANGE', ...slotRange(index, nodes.length)],
        ]),
        ...nodes.map((port, index) => ['CLUSTER', 'MEET', '127.0.0.1', String(port), String(buses[index])]).slice(1),
      ],
      settled: nodes.map((port) => ({
        args: ['-p', String(port), 'CLUSTER', 'INFO'],
        expect: /cluster_state:ok[\s\S]*cluster_known_nodes:3/,
      })),
      cli: cli(input, first),
      startMs: 30_000,
    };
  },
};

function redisPart(input: PlanInput, name: string, port: number, extra: readonly string[] = []): PartPlan {
  const settings = Object.entries(input.settings).flatMap(([key, value]) => [`--${key}`, value]);
  return {
    name,
    port,
    handshake: redisHandshake,
    command: input.binaries['server'] as string,
    args: [
      ...['--port', String(port), '--bind', '127.0.0.1', '--dir', input.folder, '--dbfilename', `${name}.rdb`],
      ...['--save', '', '--appendonly', 'yes', '--appendfilename', `${name}.aof`, '--appenddirname', `${name}.aofs`],
      ...['--appendfsync', input.durable ? 'always' : 'no', '--maxmemory-policy', 'noeviction'],
      // A replica need not wait five seconds for others before it gets its copy.
      ...['--repl-diskless-sync-delay', '0', '--enable-debug-command', 'local'],
      ...extra,
      ...settings,
    ],
  };
}

function cli({ binaries }: PlanInput, port: number): ServicePlan['cli'] {
  return { command: binaries['client'] as string, args: ['-e', '-h', '127.0.0.1', '-p', String(port)] };
}

function sentinelConfiguration(folder: string, master: number, sentinel: number): string {
  return [
    `port ${sentinel}`,
    'bind 127.0.0.1',
    `dir ${folder}`,
    `sentinel monitor ${SENTINEL_MASTER} 127.0.0.1 ${master} 1`,
    `sentinel down-after-milliseconds ${SENTINEL_MASTER} 1000`,
    `sentinel failover-timeout ${SENTINEL_MASTER} 5000`,
    '',
  ].join('\n');
}

function clusterArguments(bus: number | undefined): readonly string[] {
  const node = ['--cluster-enabled', 'yes', '--cluster-port', String(bus), '--cluster-node-timeout', '2000'];
  return [...node, '--cluster-config-file', `node-${bus}.conf`];
}

/** The slots of one of several nodes, first and last. */
export function slotRange(index: number, nodes: number): readonly [string, string] {
  const from = Math.floor((index * SLOTS) / nodes);
  const to = Math.floor(((index + 1) * SLOTS) / nodes) - 1;
  return [String(from), String(to)];
}
