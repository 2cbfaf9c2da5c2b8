/** The servers that this folder can start. */
export const SERVICE_NAMES = ['redis', 'redis-sentinel', 'redis-cluster', 'rabbitmq', 'postgres', 'mariadb'] as const;

/** One of {@link SERVICE_NAMES}. */
export type ServiceName = (typeof SERVICE_NAMES)[number];

/** What can be installed: the servers, and Python's Celery. */
export type InstallName = ServiceName | 'celery';

/** @returns whether the text names a server */
export function isServiceName(text: string): text is ServiceName {
  return (SERVICE_NAMES as readonly string[]).includes(text);
}

/** The environment variables that speak of a service. */
export interface ServiceVariables {
  /** Holds the URL of a server that tests shall use instead of starting one. */
  readonly url: string;
  /** Holds why there is no server, when that was found out before. */
  readonly skip: string;
}

/** The variables of one service: `CELERIAC_TEST_REDIS_URL` and so on. RabbitMQ's speak of AMQP, the protocol. */
export function serviceVariables(name: ServiceName): ServiceVariables {
  const stem = `CELERIAC_TEST_${name === 'rabbitmq' ? 'AMQP' : name.toUpperCase().replace('-', '_')}`;
  return { url: `${stem}_URL`, skip: `${stem}_SKIP` };
}
