import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { RedisConnection } from './redis-connection.ts';
import { redisPlan } from './redis-plan.ts';

/** Answers OK to every command, and notes how many commands come at a time. */
async function countingServer() {
  const counts: number[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      const count = chunk.toString().match(/^\*\d+\r$/gm)?.length ?? 0;
      counts.push(count);
      socket.write('+OK\r\n'.repeat(count));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const connection = new RedisConnection({ plan: redisPlan(`redis://127.0.0.1:${port}`), anyKey: 'k' });
  const sockets: Socket[] = [];
  const note = (message: unknown): void => void sockets.push((message as { readonly socket: Socket }).socket);
  subscribe('net.client.socket', note);
  await connection.connect();
  unsubscribe('net.client.socket', note);
  counts.length = 0;
  return {
    counts,
    socket: sockets[0]!,
    connection,
    [Symbol.asyncDispose]: async () => {
      connection.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test('the commands of one turn leave in one write, those of the next in another', async () => {
  await using stage = await countingServer();
  const { counts, connection, socket } = stage;
  const first = connection.call(['SET', 'a', '1']);
  const second = Promise.resolve()
    .then(() => {})
    .then(() =>
      connection.pipeline([
        ['SET', 'b', '2'],
        ['SET', 'c', '3'],
      ]),
    );
  await Promise.resolve();
  const corked = socket.writableCorked;
  await Promise.all([first, second]);
  expect([corked, socket.writableCorked]).toEqual([1, 0]);
  expect(counts).toEqual([3]);
  await connection.call(['SET', 'd', '4']);
  expect(counts).toEqual([3, 1]);
});
