import { amqpHandshake, epmdHandshake } from '../handshake.ts';
import type { PlanInput, ServicePlanner } from '../service-plan.ts';

/**
 * A RabbitMQ node with a name, a cookie, a home and a port mapper (epmd) of its own, all on 127.0.0.1. It knows
 * `guest:guest` and no plugins; its settings are those of rabbitmq.conf.
 */
export const rabbitmq: ServicePlanner = {
  ports: 3,
  plan: (input) => {
    const [amqp, distribution, epmd] = input.ports as readonly [number, number, number];
    const { folder, binaries } = input;
    const env = environment(input, amqp, distribution, epmd);
    return {
      url: `amqp://guest:guest@127.0.0.1:${amqp}//`,
      files: {
        [`${folder}/rabbitmq.conf`]: configuration(amqp, input.settings),
        [`${folder}/enabled_plugins`]: '[].\n',
        [`${folder}/rabbitmq-env.conf`]: '',
      },
      parts: [
        {
          name: 'epmd',
          port: epmd,
          handshake: epmdHandshake,
          isAside: true,
          command: binaries['epmd'] as string,
          args: ['-port', String(epmd), '-address', '127.0.0.1'],
          env,
        },
        {
          name: 'rabbitmq',
          port: amqp,
          handshake: amqpHandshake,
          command: binaries['server'] as string,
          args: [],
          env,
        },
      ],
      cli: { command: binaries['client'] as string, args: [], env },
      startMs: 90_000,
    };
  },
};

function environment(
  { folder }: PlanInput,
  amqp: number,
  distribution: number,
  epmd: number,
): Readonly<Record<string, string>> {
  return {
    HOME: folder,
    RABBITMQ_NODENAME: `celeriac-${amqp}@localhost`,
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_NODE_PORT: String(amqp),
    RABBITMQ_DIST_PORT: String(distribution),
    ERL_EPMD_PORT: String(epmd),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
    RABBITMQ_MNESIA_BASE: `${folder}/mnesia`,
    RABBITMQ_LOG_BASE: `${folder}/log`,
    RABBITMQ_LOGS: '-',
    RABBITMQ_GENERATED_CONFIG_DIR: `${folder}/generated`,
    RABBITMQ_CONFIG_FILE: `${folder}/rabbitmq.conf`,
    RABBITMQ_CONF_ENV_FILE: `${folder}/rabbitmq-env.conf`,
    RABBITMQ_ENABLED_PLUGINS_FILE: `${folder}/enabled_plugins`,
    RABBITMQ_PID_FILE: `${folder}/rabbitmq.pid`,
    // Otherwise a shell stays in front of the node and takes the signals.
    RUNNING_UNDER_SYSTEMD: '1',
    LANG: 'C.UTF-8',
  };
}

function configuration(amqp: number, settings: Readonly<Record<string, string>>): string {
  const lines = new Map([
    ['listeners.tcp.1', `127.0.0.1:${amqp}`],
    ['disk_free_limit.absolute', '50MB'],
    ['log.console.level', 'info'],
    ...Object.entries(settings),
  ]);
  return [...lines].map(([key, value]) => `${key} = ${value}\n`).join('');
}
