import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { freePorts } from './free-ports.ts';

it('finds different ports that no outgoing connection gets', async () => {
  const ports = await freePorts(20);
  expect(new Set(ports).size).toBe(20);
  expect(Math.min(...ports)).toBeGreaterThan(1_024);
  expect(Math.max(...ports)).toBeLessThan(32_768);
});

it('passes over a port that is taken, and one that it has already', async () => {
  const [taken, first, second] = (await freePorts(3)) as [number, number, number];
  const server = createServer().listen(taken, '127.0.0.1');
  await once(server, 'listening');
  const draws = [taken, first, first, second];
  expect(await freePorts(2, () => draws.shift() as number)).toEqual([first, second]);
  await expect(freePorts(1, () => taken)).rejects.toThrow(RangeError);
  server.close();
});
