import { createServer } from 'node:net';
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
  await connection.connect();
  counts.length = 0;
  return {
    counts,
    connection,
    [Symbol.asyncDispose]: async () => {
      connection.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test('the commands of one turn leave in one write, those of the next in another', async () => {
  await using stage = await countingServer();
  const { counts, connection } = stage;
  const first = connection.call(['SET', 'a', '1']);
  const second = Promise.resolve()
    .then(() => {})
    .then(() =>
      connection.pipeline([
        ['SET', 'b', '2'],
        ['SET', 'c', '3'],
      ]),
    );
  await Promise.all([first, second]);
  expect(counts).toEqual([3]);
  await connection.call(['SET', 'd', '4']);
  expect(counts).toEqual([3, 1]);
});
