import { describe, expect, it } from 'vitest';
import { ANSWERS, NODE, only, REPLY, said } from './control-answers.ts';
import { FlakyBroker } from './flaky-broker.ts';
import { newStage, type Stage, taskMessage, until } from './stage.ts';

/** A worker whose connections can be cut. */
async function flakyStage(): Promise<{ readonly stage: Stage; readonly broker: FlakyBroker }> {
  const broker = new FlakyBroker();
  const stage = await newStage('memory', { brokerTransport: broker.plugin });
  stage.app.task('plain', () => 1);
  await stage.start({ hostname: NODE });
  return { stage, broker };
}

/** Asks again until the worker has its connection back. */
async function heard(stage: Stage): Promise<void> {
  const ping = (): Promise<readonly unknown[]> => stage.app.control.ping({ timeoutMs: 300, limit: 1 }).catch(() => []);
  await until(async () => (await ping()).length === 1, 'the worker answers', 30_000);
}

describe('after a lost connection', () => {
  it('commands are heard again, and what was revoked stays revoked', async () => {
    const { stage, broker } = await flakyStage();
    await stage.app.control.revoke('gone', REPLY);
    await broker.cut();
    await heard(stage);
    expect(await only(stage.app.control.inspect(ANSWERS).revoked())).toEqual(['gone']);
  });

  it('K46: added queues are still read, cancelled ones are not', async () => {
    const { stage, broker } = await flakyStage();
    const { control } = stage.app;
    await said(control.addConsumer('extra', REPLY));
    await said(control.cancelConsumer('celery', REPLY));
    await broker.cut();
    await heard(stage);
    expect(await only(control.inspect(ANSWERS).activeQueues())).toMatchObject([{ name: 'extra' }]);
    await stage.publish(taskMessage('plain', { headers: { id: 'x' } }), 'extra');
    expect(await stage.app.result('x').get({ timeoutMs: 20_000 })).toBe(1);
    await stage.publish(taskMessage('plain', { headers: { id: 'y' } }));
    expect(await (await stage.connect()).size('celery')).toBe(1);
  });

  it('a caller whose own connection goes while it waits learns of it, and can ask again', async () => {
    const { stage, broker } = await flakyStage();
    stage.app.controlCommands.define('never', {}, () => new Promise(() => {}));
    const before = broker.readers;
    const asked = stage.app.control.broadcast('never', { reply: true, timeoutMs: 60_000 });
    const outcome = expect(asked).rejects.toMatchObject({ code: 'CLR_CONNECTION_LOST' });
    await until(() => broker.readers > before, 'the caller reads replies');
    await broker.cut();
    await outcome;
    await heard(stage);
  });
});

it('a caller may give up', async () => {
  const { stage } = await flakyStage();
  const giveUp = new AbortController();
  const asked = stage.app.control.broadcast('ping', {
    destination: 'nobody@x',
    reply: true,
    timeoutMs: 60_000,
    signal: giveUp.signal,
  });
  setImmediate(() => giveUp.abort(new Error('enough')));
  await expect(asked).rejects.toThrow('enough');
});
