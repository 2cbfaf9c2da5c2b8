import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { newState } from '../entry/schedule-entry.ts';
import { type LogLine, recordingLogger } from '../service/beat-stage.fixture.ts';
import { FileStore } from './file-store.ts';

function scratchFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'celeriac-schedule-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'schedule');
}

/** A file with three entries, as a beat leaves it that was killed. */
async function filled(): Promise<string> {
  const file = scratchFile();
  const store = new FileStore(file);
  const lease = (await store.acquire('a'))!;
  for (const name of ['one', 'two', 'three']) {
    await store.write(lease, [[name, { ...newState(1000), totalRunCount: name.length }]]);
  }
  const text = readFileSync(file);
  await store.close();
  writeFileSync(file, text);
  return file;
}

async function reopened(
  file: string,
): Promise<{ readonly names: readonly string[]; readonly log: readonly LogLine[] }> {
  const log: LogLine[] = [];
  const store = new FileStore(file, recordingLogger(log));
  await store.acquire('b');
  const { records } = await store.load();
  await store.close();
  return { names: records.map(({ name }) => name).toSorted(), log };
}

const copies = (file: string): readonly string[] =>
  readdirSync(dirname(file)).filter((name) => name.includes('.broken-'));

test('a file that was cut anywhere loses the entries of the cut, and is used', async () => {
  const file = await filled();
  const { length } = readFileSync(file);
  const whole = readFileSync(file);
  for (let cut = length - 1; cut > 40; cut -= 7) {
    writeFileSync(file, whole);
    truncateSync(file, cut);
    const { names } = await reopened(file);
    expect(['one', 'three', 'two']).toEqual(expect.arrayContaining([...names]));
    const lines = whole.subarray(0, cut).toString().split('\n').length - 2;
    expect(names.length).toBeGreaterThanOrEqual(Math.max(0, lines));
  }
});

test.each([
  ['garbage', Buffer.from([0, 255, 1, 2, 3, 4, 10, 13, 200])],
  ['a database of Python', Buffer.from('\x00\x06\x15\x61pickled')],
  ['another version', Buffer.from('{"celeriac":"beat-schedule","format":99}\n')],
  ['another JSON', Buffer.from('[1,2,3]\n')],
])('%s is copied and told of, and the schedule begins anew', async (_name, bytes) => {
  const file = scratchFile();
  writeFileSync(file, bytes);
  const { names, log } = await reopened(file);
  expect(names).toEqual([]);
  expect(log).toMatchObject([{ level: 'warning', message: expect.stringMatching(/damaged.*was copied to/) }]);
  expect(copies(file).length).toBe(1);
  expect(readFileSync(join(dirname(file), copies(file)[0]!))).toEqual(bytes);
  expect((await reopened(file)).log).toEqual([]);
});

test('a broken line in the middle costs that line alone', async () => {
  const file = await filled();
  const lines = readFileSync(file, 'utf8').split('\n');
  const at = lines.findIndex((line) => line.includes('"two"'));
  lines[at] = `${lines[at]!.slice(0, 10)}\u0000`;
  writeFileSync(file, lines.join('\n'));
  const { names, log } = await reopened(file);
  expect(names).toEqual(['one', 'three']);
  expect(log).toMatchObject([{ level: 'warning' }]);
  expect(copies(file).length).toBe(1);
});

test('a second beat is refused while the first one lives, by name of its process', async () => {
  const file = scratchFile();
  const store = new FileStore(file);
  await store.acquire('a');
  const second = new FileStore(file);
  await expect(second.acquire('b')).rejects.toMatchObject({ code: 'CLR_BEAT_LOCKED', pid: process.pid });
  await store.close();
  expect(await second.acquire('b')).toBeDefined();
  await second.close();
  expect(existsSync(`${file}.lock`)).toBe(false);
});

test('the lock of a dead process is nobody’s', async () => {
  const file = scratchFile();
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  writeFileSync(
    `${file}.lock`,
    JSON.stringify({ pid: child.pid, host: (await import('node:os')).hostname(), began: '1' }),
  );
  expect((await reopened(file)).names).toEqual([]);
  writeFileSync(`${file}.lock`, 'half a li');
  expect((await reopened(file)).names).toEqual([]);
});

test('edits of others are taken by the beat that has the file', async () => {
  const file = scratchFile();
  const store = new FileStore(file);
  const lease = (await store.acquire('a'))!;
  const other = new FileStore(file);
  await other.edit([{ name: 'x', isPaused: true }]);
  expect((await other.load()).records).toMatchObject([{ name: 'x', isPaused: true }]);
  expect((await store.news(0)).records).toMatchObject([{ name: 'x', isPaused: true }]);
  await store.write(lease, [['x', newState(1)]]);
  expect((await store.load()).records).toMatchObject([{ name: 'x', isPaused: true, state: newState(1) }]);
  await store.close();
  expect((await other.load()).records).toMatchObject([{ name: 'x', isPaused: true, state: newState(1) }]);
});

test('a folder that is not there is a clear error', async () => {
  await expect(new FileStore('/no/such/folder/schedule').acquire('a')).rejects.toMatchObject({
    code: 'CLR_BEAT_STORE',
    message: expect.stringMatching(/ENOENT/),
  });
});

test('a file that cannot be written stops no beat: it is told, once, and when it is over', async () => {
  const file = scratchFile();
  const log: LogLine[] = [];
  const store = new FileStore(file, recordingLogger(log));
  const lease = (await store.acquire('a'))!;
  // Nobody can write to a folder, root neither.
  rmSync(file);
  mkdirSync(file);
  for (let count = 1; count <= 3; count++) {
    expect(await store.write(lease, [['x', { ...newState(1), totalRunCount: count }]])).toBe(true);
  }
  expect(log).toMatchObject([{ level: 'error', message: expect.stringMatching(/cannot be written, runs go on/) }]);
  rmdirSync(file);
  await store.write(lease, [['y', newState(1)]]);
  expect(log[1]).toMatchObject({ level: 'warning', message: expect.stringMatching(/can be written again/) });
  await store.close();
  const { names, log: later } = await reopened(file);
  expect(names).toEqual(['x', 'y']);
  expect(later).toEqual([]);
});

test('many changes do not make the file grow without bound', async () => {
  const file = scratchFile();
  const store = new FileStore(file);
  const lease = (await store.acquire('a'))!;
  for (let count = 0; count < 250; count++) {
    const states = Array.from({ length: 100 }, (_item, index) => [`entry ${index}`, newState(count)] as const);
    await store.write(lease, states);
  }
  expect(readFileSync(file, 'utf8').split('\n').length).toBeLessThan(20_300);
  await store.close();
  expect(readFileSync(file, 'utf8').split('\n').length).toBe(102);
});
