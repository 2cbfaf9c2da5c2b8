import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { usePrivateService } from '@celeriac/tooling/services';
import { afterAll, describe, expect, test } from 'vitest';
import { redisTransport } from './redis-transport.ts';
import { Arrivals, eventually, textMessages } from './text-messages.fixture.ts';

/** Sends, receives while idle, gives back and gets again. */
async function roundTrip(url: string, options: { readonly [name: string]: unknown } = {}): Promise<void> {
  const consumer = redisTransport({ url, options });
  const producer = redisTransport({ url, options });
  await Promise.all([consumer.connect(), producer.connect()]);
  const arrivals = await Arrivals.of(consumer, ['work', 'more']);
  await producer.publish([...textMessages('work', 3), ...textMessages('more', 2, 'other')]);
  await eventually('all arrive', 3000, () => arrivals.deliveries.length === 5);
  for (const delivery of arrivals.deliveries.slice(1)) expect(await delivery.settle('ack')).toBe(true);
  expect(await arrivals.deliveries[0]!.settle('requeue')).toBe(true);
  await eventually('it comes again', 3000, () => arrivals.deliveries.length === 6);
  expect(arrivals.deliveries[5]).toMatchObject({ redelivered: true, deliveryCount: 2 });
  await arrivals.deliveries[5]!.settle('ack');
  expect(arrivals.losses).toEqual([]);
  await Promise.all([consumer.close(), producer.close()]);
}

const cluster = await usePrivateService('redis-cluster');
describe.skipIf(cluster.skipped !== undefined)('a cluster', () => {
  const url = cluster.skipped === undefined ? cluster.url.replace('redis://', 'redis+cluster://') : '';
  afterAll(() => (cluster.skipped === undefined ? cluster.stop() : undefined));

  test('keeps all keys in one slot by a hash tag', async () => {
    await roundTrip(url);
    await roundTrip(url, { global_keyprefix: 'mine{tag}:' });
  });

  test('is refused without a hash tag', () => {
    expect(() => redisTransport({ url, options: { global_keyprefix: 'mine:' } })).toThrow(/hash tag/);
  });

  test('is named when the URL speaks of a single server', async () => {
    const transport = redisTransport({ url: url.replace('redis+cluster', 'redis') });
    const outcome = await transport
      .connect()
      .then(() => transport.publish([...textMessages('a', 1), ...textMessages('b', 1), ...textMessages('c', 1)]))
      .catch((error: unknown) => [error]);
    expect(JSON.stringify(outcome.map((one) => (one as { hint?: string }).hint))).toMatch(/redis\+cluster|hash tag/);
    await transport.close();
  });
});

const sentinel = await usePrivateService('redis-sentinel');
describe.skipIf(sentinel.skipped !== undefined)('Sentinel', () => {
  const url = sentinel.skipped === undefined ? sentinel.url : '';
  afterAll(() => (sentinel.skipped === undefined ? sentinel.stop() : undefined));

  test('tells where the master is, before and after it fails', async () => {
    await roundTrip(url);
    const bare = url.slice(0, url.indexOf('?'));
    await roundTrip(bare, { master_name: new URL(url).searchParams.get('master_name') });
    if (sentinel.skipped !== undefined) return;
    await sentinel.part('master').kill('SIGKILL');
    await eventually('the replica is the master', 20_000, () =>
      roundTrip(url).then(
        () => true,
        () => false,
      ),
    );
  });

  test('needs the name of the master', () => {
    expect(() => redisTransport({ url: 'sentinel://127.0.0.1:26379' })).toThrow(
      expect.objectContaining({ hint: 'Set the transport option master_name.' }),
    );
  });
});

describe.skipIf(cluster.skipped !== undefined)('TLS and sockets', () => {
  const folder = mkdtempSync(join(tmpdir(), 'celeriac-tls-'));
  const file = (name: string): string => join(folder, name);
  afterAll(() => rmSync(folder, { recursive: true }));

  test('rediss:// trusts the authority it is given, and nobody else', async () => {
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-days',
        '2',
        '-subj',
        '/CN=localhost',
        '-addext',
        'subjectAltName=DNS:localhost,IP:127.0.0.1',
        '-keyout',
        file('key.pem'),
        '-out',
        file('cert.pem'),
      ],
      { stdio: 'ignore' },
    );
    execFileSync('chmod', ['-R', 'a+rX', folder]);
    const server = await usePrivateService('redis', {
      settings: {
        'tls-port': '0',
        'tls-cert-file': file('cert.pem'),
        'tls-key-file': file('key.pem'),
        'tls-ca-cert-file': file('cert.pem'),
        'tls-auth-clients': 'no',
        unixsocket: file('redis.sock'),
        unixsocketperm: '777',
      },
    });
    if (server.skipped !== undefined) return;
    try {
      await roundTrip(`redis+socket://${file('redis.sock')}?virtual_host=3`);
      expect(await server.exec('INFO', 'keyspace')).not.toContain('db0');
      const port = await freeTlsPort((...args) => server.exec(...args));
      const url = `rediss://127.0.0.1:${port}/0`;
      await expect(redisTransport({ url }).connect()).rejects.toThrow(/self[- ]signed/);
      await roundTrip(`${url}?ssl_cert_reqs=CERT_REQUIRED&ssl_ca_certs=${encodeURIComponent(file('cert.pem'))}`);
      await roundTrip(`${url}?ssl_cert_reqs=none`);
    } finally {
      await server.stop();
    }
  });
});

/** Opens a TLS port on the running server. */
async function freeTlsPort(exec: (...args: string[]) => Promise<string>): Promise<number> {
  for (let port = 27_311; port < 27_400; port++) {
    if ((await exec('CONFIG', 'SET', 'tls-port', String(port))) === 'OK') return port;
  }
  throw new Error('no free port');
}
