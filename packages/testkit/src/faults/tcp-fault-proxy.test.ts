import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../conformance/within.ts';
import { TcpFaultProxy } from './tcp-fault-proxy.ts';

let echo: Server;
let proxy: TcpFaultProxy;
const sockets: Socket[] = [];

beforeEach(async () => {
  echo = createServer((socket) => socket.on('error', () => {}).pipe(socket));
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  proxy = await TcpFaultProxy.open({ host: '127.0.0.1', port: (echo.address() as AddressInfo).port });
});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await proxy.close();
  echo.close();
});

class Caller {
  readonly socket: Socket;
  text = '';
  error: NodeJS.ErrnoException | undefined;

  constructor() {
    this.socket = connect(proxy.port, proxy.host);
    sockets.push(this.socket);
    this.socket.on('data', (chunk: Buffer) => {
      this.text += chunk.toString('latin1');
    });
    this.socket.on('error', (error) => {
      this.error = error;
    });
  }

  async says(text: string): Promise<void> {
    this.socket.write(text);
    await this.hears(this.text + text);
  }

  hears(text: string): Promise<void> {
    return until(() => this.text === text, 2_000, `"${text.slice(0, 20)}" comes back (got ${this.text.length})`);
  }

  closed(): Promise<void> {
    return until(() => this.socket.closed, 2_000, 'the connection closes');
  }
}

async function called(): Promise<Caller> {
  const caller = new Caller();
  await caller.says('hello ');
  return caller;
}

describe('TcpFaultProxy', () => {
  it('forwards both ways and counts connections', async () => {
    const [first, second] = [await called(), await called()];
    expect([proxy.connections, proxy.accepted]).toEqual([2, 2]);
    first.socket.end();
    await first.closed();
    await until(() => proxy.connections === 1, 2_000, 'one connection is left');
    await second.says('still here');
    expect(proxy.accepted).toBe(2);
  });

  it('forwards a megabyte unchanged', async () => {
    const caller = new Caller();
    const text = Array.from({ length: 1 << 16 }, (_, index) => `${index}`.padStart(16, '.')).join('');
    await caller.says(text);
    expect(caller.text).toBe(text);
  });

  it('drop() swallows silently on open connections, not on new ones; resume() ends it', async () => {
    const caller = await called();
    proxy.drop();
    caller.socket.write('lost');
    await until(() => proxy.swallowed === 4, 2_000, 'four bytes are swallowed');
    await called();
    expect(caller.socket.closed).toBe(false);
    proxy.resume();
    await caller.says('back');
    expect(caller.text).toBe('hello back');
  });

  it('reset() closes every connection with a RST', async () => {
    const callers = [await called(), await called()];
    proxy.reset();
    for (const caller of callers) {
      await caller.closed();
      expect(caller.error?.code).toBe('ECONNRESET');
    }
    await called();
    expect(proxy.connections).toBe(1);
  });

  it('delay() makes every chunk late', async () => {
    const caller = await called();
    proxy.delay(60);
    const start = performance.now();
    await caller.says('slow');
    expect(performance.now() - start).toBeGreaterThanOrEqual(115);
  });

  it('rate() bounds the bytes per second', async () => {
    const caller = await called();
    proxy.rate(100_000);
    const start = performance.now();
    await caller.says('x'.repeat(10_000));
    await caller.says('y');
    expect(performance.now() - start).toBeGreaterThanOrEqual(90);
  });

  it('cutAfter() lets so many bytes pass, then resets', async () => {
    const caller = await called();
    proxy.cutAfter(10);
    caller.socket.write('12345');
    await caller.hears('hello 12345');
    caller.socket.write('lost');
    await caller.closed();
    expect(caller.text).toBe('hello 12345');
  });

  it('swallowNext(n) loses exactly n bytes', async () => {
    const caller = await called();
    proxy.swallowNext(3);
    caller.socket.write('abcdef');
    await caller.hears('hello def');
    await caller.says('ghi');
    expect(proxy.swallowed).toBe(3);
  });

  it('swallowNext(test) loses the next chunk that matches, once', async () => {
    const caller = await called();
    proxy.swallowNext((chunk, direction) => direction === 'down' && chunk.includes('b'));
    await caller.says('a');
    caller.socket.write('b');
    await until(() => proxy.swallowed === 1, 2_000, 'the answer is swallowed');
    await caller.says('b');
    expect(caller.text).toBe('hello ab');
  });

  it('refuse() turns new connections away and keeps open ones', async () => {
    const caller = await called();
    proxy.refuse();
    const refused = new Caller();
    await refused.closed();
    await caller.says('open');
    expect(proxy.accepted).toBe(1);
  });

  it('resets the client when the target cannot be reached', async () => {
    echo.close();
    const gone = await TcpFaultProxy.open({ host: '127.0.0.1', port: await freePort() });
    const socket = connect(gone.port, gone.host);
    socket.on('error', () => {});
    await until(() => socket.closed, 2_000, 'the client is reset');
    await gone.close();
    expect(gone.connections).toBe(0);
  });

  it('closes with open connections, and twice', async () => {
    const caller = await called();
    await proxy.close();
    await caller.closed();
    await proxy.close();
    expect(proxy.connections).toBe(0);
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
