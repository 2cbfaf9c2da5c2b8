import { expect, test } from 'vitest';
import type { Session } from './session.ts';
import { SessionPool } from './session-pool.ts';

class PlainSession implements Session {
  onLost: ((error: unknown) => void) | undefined;
  broken = false;
  closed = false;
  execute = async () => ({ rows: [], affected: [] });
  begin(): void {}
  async commit(): Promise<void> {}
  async rollback(): Promise<void> {}
  async close(): Promise<void> {
    this.closed = true;
  }
  destroy(): void {
    this.broken = true;
  }
}

function pool(size: number, fails: () => Error | undefined = () => undefined) {
  const opened: PlainSession[] = [];
  const lost: unknown[] = [];
  const sessions = new SessionPool(
    async () => {
      const failure = fails();
      if (failure !== undefined) throw failure;
      opened.push(new PlainSession());
      return opened.at(-1)!;
    },
    size,
    (error) => lost.push(error),
  );
  return { sessions, opened, lost };
}

test('opens as many as are needed, never more, and serves those who wait in their order', async () => {
  const { sessions, opened } = pool(2);
  const [one, two] = [await sessions.acquire(), await sessions.acquire()];
  const served: string[] = [];
  const third = sessions.acquire().then(({ session }) => served.push('third') && session);
  const fourth = sessions.acquire().then(({ session }) => served.push('fourth') && session);
  sessions.release(one.session);
  expect(await third).toBe(one.session);
  sessions.release(two.session);
  expect(await fourth).toBe(two.session);
  expect([served, opened.length]).toEqual([['third', 'fourth'], 2]);
});

test('the one that was used last is used again; a broken one is replaced', async () => {
  const { sessions, opened } = pool(2);
  const [one, two] = [await sessions.acquire(), await sessions.acquire()];
  sessions.release(one.session);
  sessions.release(two.session);
  expect(await sessions.acquire()).toEqual({ session: two.session, fresh: false });
  opened[0]!.broken = true;
  expect(await sessions.acquire()).toMatchObject({ fresh: true });
  expect(opened.length).toBe(3);
});

test('who waits for a connection that breaks gets a new one, or hears why there is none, and the next one too', async () => {
  let failure: Error | undefined;
  const { sessions, opened } = pool(1, () => failure);
  const { session } = await sessions.acquire();
  const waiting = [sessions.acquire(), sessions.acquire()];
  failure = new Error('server gone');
  opened[0]!.broken = true;
  sessions.release(session);
  for (const one of await Promise.allSettled(waiting)) expect(one).toMatchObject({ reason: failure });
  failure = undefined;
  expect(await sessions.acquire()).toMatchObject({ fresh: true });
});

test('tells of every connection that is lost', async () => {
  const { sessions, opened, lost } = pool(1);
  await sessions.acquire();
  opened[0]!.onLost?.('reset');
  expect(lost).toEqual(['reset']);
});

test('after close nobody gets anything, what is idle is closed and what is at work is ended when it comes back', async () => {
  const { sessions, opened } = pool(2);
  const [idle, working] = [await sessions.acquire(), await sessions.acquire()];
  const waiting = sessions.acquire();
  const refused = expect(waiting).rejects.toThrow('closed');
  const idleReleased = Promise.resolve().then(() => {});
  await idleReleased;
  await sessions.close(new Error('closed'));
  await refused;
  sessions.release(idle.session);
  sessions.release(working.session);
  expect(opened.map(({ broken }) => broken)).toEqual([true, true]);
  await expect(sessions.acquire()).rejects.toThrow('closed');
});
