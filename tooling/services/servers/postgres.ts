import { postgresHandshake } from '../handshake.ts';
import type { ServicePlanner } from '../service-plan.ts';

/** A PostgreSQL with one database; user, password and database are all called celeriac. */
export const postgres: ServicePlanner = {
  ports: 1,
  plan: ({ binaries, ports, folder, durable, settings }) => {
    const port = ports[0] as number;
    const data = `${folder}/data`;
    const passwordFile = `${folder}/password`;
    const url = `postgres://celeriac:celeriac@127.0.0.1:${port}/celeriac`;
    const values = { ...configuration(port, durable), ...settings };
    return {
      url,
      user: 'postgres',
      files: { [passwordFile]: 'celeriac\n' },
      prepare: [
        {
          command: binaries['initdb'] as string,
          args: [
            ...['-D', data, '-U', 'celeriac', '--pwfile', passwordFile, '--auth=scram-sha-256'],
            ...['--encoding=UTF8', '--locale=C', '--no-sync'],
          ],
        },
        {
          command: binaries['server'] as string,
          args: ['--single', '-D', data, '-c', 'fsync=off', 'postgres'],
          input: 'CREATE DATABASE celeriac\n',
        },
      ],
      parts: [
        {
          name: 'postgres',
          port,
          handshake: postgresHandshake,
          // Fast: does not wait for clients to leave.
          stopSignal: 'SIGINT',
          command: binaries['server'] as string,
          args: ['-D', data, ...Object.entries(values).flatMap(([key, value]) => ['-c', `${key}=${value}`])],
        },
      ],
      cli: {
        command: binaries['client'] as string,
        args: ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-d', url],
      },
      startMs: 30_000,
    };
  },
};

function configuration(port: number, durable: boolean): Readonly<Record<string, string>> {
  const unsafe = { fsync: 'off', full_page_writes: 'off' };
  return {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    shared_buffers: '64MB',
    timezone: 'UTC',
    log_timezone: 'UTC',
    lc_messages: 'C',
    ...(durable ? {} : unsafe),
  };
}
