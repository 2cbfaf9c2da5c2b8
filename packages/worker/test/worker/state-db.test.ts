import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { newStage, until } from './stage.ts';

async function scratch(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'celeriac-state-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test('revoked tasks and the clock survive a restart', async () => {
  const path = join(await scratch(), 'deep', 'worker.state');
  const stage = await newStage();
  const runs: string[] = [];
  const note = stage.app.task('tasks.note', (text: string) => void runs.push(text));
  const first = await stage.start({ stateDb: path });
  first.revoke(['a']);
  stage.runtime.lamport.adjust(1000);
  await first.stop(1000);
  expect((await stat(path)).mode & 0o777).toBe(0o600);

  const other = await newStage('memory', { brokerUrl: stage.url, resultBackend: stage.url });
  const otherNote = other.app.task('tasks.note', (text: string) => void runs.push(text));
  await other.start({ stateDb: path });
  expect(other.runtime.lamport.value).toBeGreaterThan(1000);
  await note.applyAsync(['revoked'], { taskId: 'a' });
  const kept = await otherNote.delay('kept');
  await kept.get({ timeoutMs: 5000 });
  await until(async () => (await stage.app.result('a').state()) === 'REVOKED', 'the revoked task is marked');
  expect(runs).toEqual(['kept']);
});

test('a file that cannot be understood is moved aside, and the worker starts', async () => {
  const folder = await scratch();
  const path = join(folder, 'state');
  await writeFile(path, '\u0000garbage');
  const stage = await newStage();
  await stage.start({ stateDb: path });
  expect(await readFile(`${path}.broken`, 'utf8')).toBe('\u0000garbage');
  expect(stage.lines.filter(({ level }) => level === 'warning').map(({ message }) => message)).toEqual([
    expect.stringContaining(path),
  ]);
  expect((await readdir(folder)).sort()).toEqual(['state', 'state.broken']);
});

test('a path that is no file refuses to start, naming the option', async () => {
  const folder = await scratch();
  const stage = await newStage();
  await expect(stage.start({ stateDb: folder })).rejects.toMatchObject({
    code: 'CLR_WORKER_OPTION',
    option: 'stateDb',
  });
});
