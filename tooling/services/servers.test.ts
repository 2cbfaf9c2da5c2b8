import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  amqpHandshake,
  answers,
  type Handshake,
  mariadbHandshake,
  postgresHandshake,
  redisHandshake,
} from './handshake.ts';
import { processTree, stillRunning } from './process-tree.ts';
import type { RunningService } from './service.ts';
import type { ServiceName } from './service-names.ts';
import { startService } from './start-service.ts';
import { usePrivateService } from './use-service.ts';

interface Row {
  readonly name: ServiceName;
  readonly handshake: Handshake;
  /** Commands of its client that write something. */
  readonly write: readonly (readonly string[])[];
  /** Reads it again. */
  readonly read: readonly string[];
  readonly expect: string | RegExp;
}

const SQL = ['CREATE TABLE kept (word varchar(9))', "INSERT INTO kept VALUES ('kept')"];
const READ_SQL = 'SELECT word FROM kept';

const ROWS: readonly Row[] = [
  {
    name: 'redis',
    handshake: redisHandshake,
    write: [['SET', 'word', 'kept']],
    read: ['GET', 'word'],
    expect: 'kept',
  },
  {
    name: 'redis-cluster',
    handshake: redisHandshake,
    write: [['-c', 'SET', 'word', 'kept']],
    read: ['-c', 'GET', 'word'],
    expect: 'kept',
  },
  {
    name: 'rabbitmq',
    handshake: amqpHandshake,
    write: [['-q', 'add_vhost', 'kept']],
    read: ['-q', '--no-table-headers', 'list_vhosts', 'name'],
    expect: /^kept$/m,
  },
  {
    name: 'postgres',
    handshake: postgresHandshake,
    write: SQL.map((text) => ['-c', text]),
    read: ['-c', READ_SQL],
    expect: 'kept',
  },
  {
    name: 'mariadb',
    handshake: mariadbHandshake,
    write: SQL.map((text) => ['-e', text]),
    read: ['-e', READ_SQL],
    expect: 'kept',
  },
];

const pidsOf = (service: RunningService): readonly number[] =>
  service.parts.flatMap((part) => (part.pid === undefined ? [] : processTree(part.pid)));
const portsOf = (service: RunningService): readonly number[] =>
  service.parts.filter((part) => !part.isAside).map((part) => part.port);
const answersOf = (service: RunningService, handshake: Handshake): Promise<readonly boolean[]> =>
  Promise.all(portsOf(service).map((port) => answers(port, handshake)));

describe.each(ROWS)('$name', ({ name, handshake, write, read, expect: expected }) => {
  it('starts, keeps its data and port over kill -9 and restart, and leaves nothing', {
    timeout: 120_000,
  }, async ({ skip }) => {
    const service = await usePrivateService(name);
    if (service.skipped !== undefined) return skip(service.skipped);
    const seen = new Set(pidsOf(service));
    try {
      expect(await answersOf(service, handshake)).not.toContain(false);
      for (const args of write) await service.exec(...args);
      const mainPids = service.parts.filter((part) => !part.isAside).map((part) => part.pid as number);

      await service.kill();
      expect(stillRunning(mainPids)).toEqual([]);
      expect(await answersOf(service, handshake)).not.toContain(true);

      await service.restart();
      for (const pid of pidsOf(service)) seen.add(pid);
      expect(await answersOf(service, handshake)).not.toContain(false);
      expect(await service.exec(...read)).toMatch(expected);
      await expect(service.exec('--no-such-option')).rejects.toMatchObject({ code: 'SERVICE_FAILED' });
    } finally {
      await service.stop();
    }
    expect(seen.size).toBeGreaterThan(0);
    expect(stillRunning([...seen])).toEqual([]);
    expect(existsSync(service.folder)).toBe(false);
  });
});

it('redis-sentinel finds the new master when the old one is killed', { timeout: 60_000 }, async ({ skip }) => {
  const service = await usePrivateService('redis-sentinel');
  if (service.skipped !== undefined) return skip(service.skipped);
  try {
    const master = (): Promise<string> => service.exec('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'celeriac');
    expect(await master()).toContain(String(service.part('master').port));
    await service.part('master').kill();
    await expect.poll(master, { timeout: 20_000, interval: 200 }).toContain(String(service.part('replica').port));
  } finally {
    await service.stop();
  }
});

it('a frozen server does not answer until it is thawed', { timeout: 60_000 }, async ({ skip }) => {
  const service = await usePrivateService('redis');
  if (service.skipped !== undefined) return skip(service.skipped);
  try {
    const [port] = portsOf(service) as [number];
    await service.kill('SIGSTOP');
    expect(await answers(port, redisHandshake)).toBe(false);
    await service.kill('SIGCONT');
    expect(await answers(port, redisHandshake)).toBe(true);
    await service.kill('SIGSTOP');
  } finally {
    await service.stop();
  }
  expect(existsSync(service.folder)).toBe(false);
});

it('a server that does not come up is an error with the end of its log', async ({ skip }) => {
  const service = await usePrivateService('redis');
  if (service.skipped !== undefined) return skip(service.skipped);
  await service.stop();
  await expect(startService('redis', { settings: { 'no-such-setting': '1' } })).rejects.toMatchObject({
    code: 'SERVICE_FAILED',
    message: expect.stringContaining('no-such-setting'),
  });
});
