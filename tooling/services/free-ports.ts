import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

// Below the ports that systems give to outgoing connections: a client that tries again and again to reach a server that
// is down would otherwise be given that very port one day, connect to itself, and keep the server from coming back.
const FIRST = 15_000;
const BEYOND = 32_000;
const TRIES = 1_000;

/**
 * Finds ports of 127.0.0.1 on which nobody listens, all different. They are not held: somebody may take one before the
 * caller does, which the caller notices when its server does not come up.
 * @param draw - where to look next
 * @throws {RangeError} if there are none to be found
 */
export async function freePorts(count: number, draw: () => number = drawPort): Promise<readonly number[]> {
  const found = new Set<number>();
  for (let tries = 0; found.size < count; tries += 1) {
    if (tries === TRIES) throw new RangeError(`Found no ${count} free ports from ${FIRST} to ${BEYOND - 1}.`);
    const port = draw();
    if (await isFree(port)) found.add(port);
  }
  return [...found];
}

function drawPort(): number {
  return randomInt(FIRST, BEYOND);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
