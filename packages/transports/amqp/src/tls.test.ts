import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { amqpTransport } from './amqp-transport.ts';
import { brokerUrl, freshName, rabbitmq, toQueue } from './rabbitmq.fixture.ts';

/** A certificate for `localhost` that nobody has signed. */
function selfSigned(folder: string): { readonly key: Buffer; readonly cert: Buffer; readonly certFile: string } {
  const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const files = ['-keyout', keyFile, '-out', certFile];
  const kind = ['-x509', '-nodes', '-days', '2', '-newkey', 'rsa:2048'];
  execFileSync('openssl', ['req', ...kind, ...subject, ...files], { stdio: 'ignore' });
  return { key: readFileSync(keyFile), cert: readFileSync(certFile), certFile };
}

describe.skipIf(rabbitmq.skipped)('TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'celeriac-tls-'));
  let server: Server;
  let url: string;
  let certFile: string;

  beforeAll(async () => {
    const signed = selfSigned(folder);
    const target = new URL(brokerUrl);
    certFile = signed.certFile;
    server = createServer(signed, (socket) => {
      const plain = connect(Number(target.port), target.hostname);
      socket.on('error', () => plain.destroy());
      plain.on('error', () => socket.destroy());
      socket.pipe(plain).pipe(socket);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = brokerUrl
      .replace('amqp:', 'amqps:')
      .replace(target.host, `localhost:${(server.address() as AddressInfo).port}`);
  });

  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  it('talks to a broker whose certificate it is told to trust', async () => {
    const client = amqpTransport({ url, options: { ssl: { ca_certs: certFile } } });
    await client.connect();
    const queue = freshName('tls');
    await client.declare({ queues: [{ name: queue }] });
    expect(await client.publish([toQueue(queue, 'x'.repeat(300_000))])).toEqual([undefined]);
    expect(await client.purge(queue)).toBe(1);
    await client.remove(queue);
    await client.close();
  });

  it('refuses another certificate, unless told to accept any', async () => {
    const wary = amqpTransport({ url });
    await expect(wary.connect()).rejects.toMatchObject({ code: 'CLR_CONNECTION_LOST', message: /self.signed/i });
    await wary.close();
    const trusting = amqpTransport({ url, options: { ssl: { cert_reqs: 0 } } });
    await trusting.connect();
    expect(await trusting.size(freshName('none'))).toBe(0);
    await trusting.close();
  });
});
