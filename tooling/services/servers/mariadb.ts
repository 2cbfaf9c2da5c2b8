import { mariadbHandshake } from '../handshake.ts';
import type { ServicePlanner } from '../service-plan.ts';

const FIRST_WORDS = [
  'CREATE DATABASE IF NOT EXISTS celeriac CHARACTER SET utf8mb4;',
  "CREATE USER IF NOT EXISTS celeriac@'%' IDENTIFIED BY 'celeriac';",
  "GRANT ALL ON *.* TO celeriac@'%';",
  '',
].join('\n');

/** A MariaDB with one database; user, password and database are all called celeriac. The user may do everything. */
export const mariadb: ServicePlanner = {
  ports: 1,
  plan: ({ binaries, ports, folder, durable, settings }) => {
    const port = ports[0] as number;
    const data = `${folder}/data`;
    const firstWords = `${folder}/first-words.sql`;
    const values = { ...configuration(folder, port, durable), 'init-file': firstWords, ...settings };
    return {
      url: `mysql://celeriac:celeriac@127.0.0.1:${port}/celeriac`,
      user: 'mysql',
      files: { [firstWords]: FIRST_WORDS },
      prepare: [
        {
          command: binaries['install'] as string,
          args: [
            ...['--no-defaults', `--datadir=${data}`, '--auth-root-authentication-method=normal', '--skip-test-db'],
            // Two that are set up at a time would step on each other in the machine's folder.
            `--tmpdir=${folder}`,
            ...['--innodb-log-file-size=16M', '--innodb-use-native-aio=0', '--innodb-flush-method=fsync'],
          ],
        },
      ],
      parts: [
        {
          name: 'mariadb',
          port,
          handshake: mariadbHandshake,
          command: binaries['server'] as string,
          args: [
            '--no-defaults',
            `--datadir=${data}`,
            ...Object.entries(values).map(([key, value]) => `--${key}=${value}`),
          ],
        },
      ],
      cli: {
        command: binaries['client'] as string,
        args: [
          ...['--no-defaults', '--protocol=tcp', '-h', '127.0.0.1', '-P', String(port), '-u', 'celeriac'],
          ...['--password=celeriac', '--batch', '--skip-column-names', 'celeriac'],
        ],
      },
      startMs: 45_000,
    };
  },
};

function configuration(folder: string, port: number, durable: boolean): Readonly<Record<string, string>> {
  return {
    port: String(port),
    'bind-address': '127.0.0.1',
    socket: `${folder}/mariadb.sock`,
    'pid-file': `${folder}/mariadb.pid`,
    'skip-name-resolve': '1',
    'max-connections': '200',
    'character-set-server': 'utf8mb4',
    'innodb-buffer-pool-size': '64M',
    'innodb-log-file-size': '16M',
    // Containers often have no room for it.
    'innodb-use-native-aio': '0',
    // 2: written to the system with every commit, so it survives a killed server.
    'innodb-flush-log-at-trx-commit': durable ? '1' : '2',
  };
}
