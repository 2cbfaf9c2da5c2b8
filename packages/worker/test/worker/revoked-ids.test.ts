import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { uuid } from '@celeriac/protocol';
import type { Worker } from '@celeriac/worker';
import { describe, expect, it, onTestFinished } from 'vitest';
import { KINDS, newStage, type Stage, taskMessage } from './stage.ts';

const MANY = 10_000;

function ids(): readonly string[] {
  const prefix = uuid();
  return Array.from({ length: MANY }, (_, at) => `${prefix}-${at}`);
}

async function known({ app }: Stage, node: string): Promise<ReadonlySet<string>> {
  const revoked = await app.control.inspect({ destination: node, timeoutMs: 20_000 }).revoked();
  return new Set(revoked.get(node) as readonly string[]);
}

async function refusesToRun(stage: Stage, id: string): Promise<void> {
  await stage.publish(taskMessage('revoked.noop', { headers: { id } }));
  await expect(stage.app.result(id).get({ timeoutMs: 20_000 })).rejects.toThrow(/revoked/);
}

describe.each(KINDS)('D10: 10,000 revoked ids on %s', { timeout: 120_000 }, (kind) => {
  // Elsewhere workers do not ask each other as they start, as Celery's do not.
  it.skipIf(kind !== 'redis')('are learned back from a peer when one worker restarts', async () => {
    const stage = await newStage(kind);
    stage.app.task('revoked.noop', () => null);
    const revoked = ids();
    await stage.start({ hostname: 'stays@h' });
    const first = await stage.start({ hostname: 'restarts@h' });
    const told = await stage.app.control.revoke(revoked, { reply: true, limit: 2, timeoutMs: 20_000 });
    expect(told.length).toBe(2);
    await first.stop(5000);
    await stage.start({ hostname: 'restarts@h', withoutMingle: false });
    expect(await known(stage, 'restarts@h')).toEqual(new Set(revoked));
    await refusesToRun(stage, revoked.at(-1)!);
  });

  it('are kept in a state file when all workers restart', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'celeriac-revoked-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const stage = await newStage(kind);
    stage.app.task('revoked.noop', () => null);
    const revoked = ids();
    const nodes = ['one@h', 'other@h'];
    const startAll = (): Promise<readonly Worker[]> =>
      Promise.all(nodes.map((hostname) => stage.start({ hostname, stateDb: join(folder, hostname) })));
    const workers = await startAll();
    const told = await stage.app.control.revoke(revoked, { reply: true, limit: 2, timeoutMs: 20_000 });
    expect(told.length).toBe(2);
    for (const worker of workers) await worker.stop(5000);
    await startAll();
    for (const node of nodes) expect(await known(stage, node)).toEqual(new Set(revoked));
    await refusesToRun(stage, revoked[0]!);
  });
});
