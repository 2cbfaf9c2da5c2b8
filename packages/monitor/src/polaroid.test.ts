import { uuid } from '@celeriac/protocol';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Camera } from './camera.ts';
import { monitorStage, until } from './monitor-stage.fixture.ts';
import { Polaroid, type PolaroidOptions } from './polaroid.ts';

const never = new AbortController().signal;

async function running(camera: Camera, options: PolaroidOptions = {}) {
  const stage = monitorStage(`memory://${uuid()}`);
  const polaroid = new Polaroid(stage.app, camera, options);
  onTestFinished(() => polaroid.stop(1000));
  await polaroid.start(never);
  return { stage, polaroid };
}

describe('Polaroid', { timeout: 30_000 }, () => {
  test('takes snapshots of what happened since, and a last one', async () => {
    const shots: (readonly string[])[] = [];
    const camera: Camera = {
      clearAfter: true,
      onShutter: (state) => void shots.push(state.tasksByTime().map(({ name, state: each }) => `${name} ${each}`)),
    };
    const { stage, polaroid } = await running(camera, { frequencyMs: 20 });
    await stage.startWorker();
    await stage.app.sendTask('watched.add', [1, 2]);
    await until(() => shots.flat().includes('watched.add SUCCESS'), 'the task is in a snapshot');
    await until(() => shots.at(-1)?.length === 0, 'the next one has only what is new');
    await polaroid.stop(1000);
    const count = shots.length;
    await polaroid.stop(1000);
    expect(shots.length).toBe(count);
  });

  test('waits for a slow camera, outlives one that fails, and cleans up', async () => {
    let [open, most, shots, cleanups] = [0, 0, 0, 0];
    const camera: Camera = {
      onShutter: async () => {
        most = Math.max(most, ++open);
        await new Promise((resolve) => setTimeout(resolve, 30));
        open--;
        shots++;
        throw new Error('no film');
      },
      onCleanup: () => {
        cleanups++;
        throw new Error('no room');
      },
    };
    const { stage } = await running(camera, { frequencyMs: 5, cleanupFrequencyMs: 10 });
    await until(() => shots >= 3 && cleanups >= 2, 'it goes on');
    expect(most).toBe(1);
    expect(stage.lines.map(({ message }) => message)).toEqual(
      expect.arrayContaining([
        'The camera failed to take a snapshot: no film',
        'The camera failed to clean up: no room',
      ]),
    );
  });

  test('takes no more than the rate allows', async () => {
    let shots = 0;
    const { polaroid } = await running({ onShutter: () => void shots++ }, { frequencyMs: 5, maxRate: '1/m' });
    await until(() => shots === 1, 'the first');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(shots).toBe(1);
    await polaroid.stop(1000);
    expect(shots).toBe(2);
  });

  test('refuses times and rates that cannot be', () => {
    const { app } = monitorStage(`memory://${uuid()}`);
    const camera: Camera = { onShutter: () => {} };
    for (const options of [{ frequencyMs: 0 }, { cleanupFrequencyMs: -1 }, { maxRate: 'often' }])
      expect(() => new Polaroid(app, camera, options)).toThrow(RangeError);
  });
});
