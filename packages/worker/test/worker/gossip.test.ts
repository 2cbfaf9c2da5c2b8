import { encodeEvent, uuid } from '@celeriac/protocol';
import { type ConsumerContext, ConsumerStep, type Peer, type PeerWatch, type StepConsumer } from '@celeriac/worker';
import { describe, expect, it } from 'vitest';
import { allKinds } from './place.ts';
import { newStage, type Stage, taskMessage, until } from './stage.ts';

const KINDS = (await allKinds()).filter((kind) => ['memory', 'redis', 'rabbitmq'].includes(kind));

/** What the workers of a stage see of each other; one for each that starts, in order. */
function watchPeers({ app }: Stage): readonly PeerWatch[] {
  const watches: PeerWatch[] = [];
  class WatchStep extends ConsumerStep {
    static override readonly requires = ['gossip'];
    consumers({ peers }: ConsumerContext): readonly StepConsumer[] {
      if (peers !== undefined) watches.push(peers);
      return [];
    }
  }
  app.steps.consumer.add(WatchStep);
  return watches;
}

/** An event of a worker that is none. */
async function pretend(stage: Stage, type: string, fields: object, more: object = {}): Promise<void> {
  const event = { type, hostname: 'ghost@h', utcoffset: 0, pid: 1, clock: 1, timestamp: Date.now() / 1000, ...more };
  await stage.app.publish(encodeEvent({ ...event, fields: { ...fields } }), {
    exchange: 'celeryev',
    routingKey: type.replaceAll('-', '.'),
  });
}

describe.each(KINDS)('gossip on %s', { timeout: 60_000 }, (kind) => {
  it('workers see each other come, go, and be lost', async () => {
    const stage = await newStage(kind);
    const watches = watchPeers(stage);
    const options = { heartbeatIntervalMs: 200 };
    await stage.start({ ...options, hostname: 'one@h' });
    const [watch] = watches;
    const seen: string[] = [];
    const note = (what: string) => (peer: Peer) => void seen.push(`${what} ${peer.hostname}`);
    watch!.onJoin(() => {
      throw new Error('a listener that fails');
    });
    watch!.onJoin(note('join'));
    watch!.onLeave(note('leave'));
    const stopListening = watch!.onLost(note('lost'));
    const two = await stage.start({ ...options, hostname: 'two@h' });
    await until(() => watch!.peers.some(({ hostname }) => hostname === 'two@h'), 'one sees two');
    await until(() => watches[1]!.peers.some(({ hostname }) => hostname === 'one@h'), 'two sees one');
    expect(watch!.peers).toMatchObject([{ hostname: 'two@h', pid: process.pid, freqMs: 200, software: 'celeriac' }]);
    await two.stop(5000);
    await until(() => watch!.peers.length === 0, 'two has left');
    await pretend(stage, 'worker-heartbeat', { freq: 0.1 });
    await until(() => seen.includes('lost ghost@h'), 'the ghost is lost', 20_000);
    expect(seen).toEqual(['join two@h', 'leave two@h', 'join ghost@h', 'lost ghost@h']);
    const lines = stage.lines.map(({ message }) => message);
    expect(lines).toContain('missed heartbeat from ghost@h');
    expect(lines).toContain('What listens to other workers failed: a listener that fails');
    stopListening();
  });

  it('a second worker of the same name, in another process, is warned of once', async () => {
    const stage = await newStage(kind);
    await stage.start({ hostname: 'twin@h', heartbeatIntervalMs: 200 });
    for (const pid of [process.pid, 0, 77, 78]) {
      await pretend(stage, 'worker-heartbeat', { freq: 2 }, { hostname: 'twin@h', pid });
    }
    const told = () => stage.lines.filter(({ message }) => message.startsWith('Another worker is called twin@h too'));
    await until(() => told().length > 0, 'it is told');
    await pretend(stage, 'worker-heartbeat', { freq: 2 }, { hostname: 'last@h' });
    expect(told()).toEqual([
      {
        level: 'warning',
        message: 'Another worker is called twin@h too (process 77). Give each worker a name of its own (-n).',
      },
    ]);
  });

  it('clocks keep in step, and times that are far apart are warned of once', async () => {
    const stage = await newStage(kind);
    const watches = watchPeers(stage);
    await stage.start();
    const past = { timestamp: Date.now() / 1000 - 60 };
    await pretend(stage, 'worker-heartbeat', { freq: 60 }, { clock: 100_000, ...past });
    await pretend(stage, 'worker-heartbeat', { freq: 60 }, { clock: 1e300, ...past });
    await pretend(stage, 'worker-odd', {}, { hostname: 'x'.repeat(300) });
    await pretend(stage, 'worker-heartbeat', { freq: 60 }, { hostname: 'last@h' });
    await until(() => watches[0]!.peers.some(({ hostname }) => hostname === 'last@h'), 'the last one is heard');
    expect(stage.runtime.lamport.value).toBeGreaterThan(100_000);
    expect(stage.runtime.lamport.value).toBeLessThan(200_000);
    const drifts = stage.lines.filter(({ message }) => message.startsWith('Substantial drift from ghost@h'));
    expect(drifts).toEqual([{ level: 'warning', message: expect.stringMatching(/differ by 60 seconds$/) }]);
  });

  it('an election chooses exactly one, who does it', async () => {
    const stage = await newStage(kind);
    const watches = watchPeers(stage);
    let runs = 0;
    stage.app.task('gossip.once', (by: number) => {
      runs += by;
      return runs;
    });
    const names = ['one@h', 'two@h', 'three@h'];
    for (const hostname of names) await stage.start({ hostname, heartbeatIntervalMs: 200 });
    await until(() => watches.every(({ peers }) => peers.length === 2), 'all know each other');
    for (let round = 1; round <= 5; round++) {
      const id = uuid();
      const signature = stage.app.signature('gossip.once', { args: [1], options: { taskId: id } });
      await stage.app.control.election(uuid(), 'task', signature.toJSON());
      expect(await stage.app.result(id).get({ timeoutMs: 15_000 })).toBe(round);
    }
    const elected: unknown[] = [];
    for (const watch of watches) watch.onElected('lead', (action) => void elected.push(action));
    await stage.app.control.election(uuid(), 'lead', { some: 'thing' });
    await until(() => elected.length > 0, 'one is elected');
    await stage.app.control.election(uuid(), 'nobody knows this');
    await until(
      () => stage.lines.some(({ message }) => message.startsWith('Nothing is done for')),
      'one is elected for nothing',
    );
    await stage.app.control.election(uuid(), 'task', { no: 'signature' });
    await until(
      () => stage.lines.some(({ message }) => /What the election .* was for failed/.test(message)),
      'it fails',
    );
    expect(elected).toEqual([{ some: 'thing' }]);
    expect(runs).toBe(5);
    const won = stage.lines.filter(({ message }) => message.startsWith('I won the election'));
    expect(won.length).toBe(8);
  });

  it('a worker alone elects itself; one without gossip takes no part', async () => {
    const stage = await newStage(kind);
    stage.app.task('gossip.alone', () => 'done');
    await stage.start({ hostname: 'quiet@h', withoutGossip: true, withoutHeartbeat: true });
    await stage.start({ hostname: 'alone@h' });
    const result = await stage.app.signature('gossip.alone').election();
    expect(await result.get({ timeoutMs: 15_000 })).toBe('done');
  });
});

describe.each(KINDS.filter((kind) => kind !== 'memory'))('mingle on %s', { timeout: 60_000 }, (kind) => {
  it('a worker that starts learns what was revoked, and the clock; others learn from it', async () => {
    const stage = await newStage(kind, { taskDefaultQueue: `q-${uuid()}` });
    stage.app.task('mingle.add', () => 1);
    const one = await stage.start({ withoutMingle: false, hostname: 'one@h' });
    expect(stage.lines.map(({ message }) => message)).toContain('mingle: all alone');
    stage.runtime.lamport.adjust(5000);
    one.revoke(['first', 'second']);
    const two = await stage.start({ withoutMingle: false, hostname: 'two@h' });
    const lines = stage.lines.map(({ message }) => message);
    expect(lines).toEqual(expect.arrayContaining(['mingle: sync with 1 nodes', 'mingle: sync complete']));
    await one.stop(5000);
    const known = await stage.app.control.inspect({ limit: 1 }).revoked();
    expect([...known]).toEqual([['two@h', ['first', 'second']]]);
    await stage.publish(taskMessage('mingle.add', { headers: { id: 'second' } }), stage.app.settings.taskDefaultQueue);
    await expect(stage.app.result('second').get({ timeoutMs: 10_000 })).rejects.toThrow(/revoked/);
    expect(two.stats().succeeded).toBe(0);
    expect(stage.runtime.lamport.value).toBeGreaterThan(5000);
  });
});
