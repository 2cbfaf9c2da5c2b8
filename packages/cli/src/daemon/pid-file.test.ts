import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PidFile, PidFileError, readPid } from './pid-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'celeriac-pid-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The id of a process that has ended. */
function deadPid(): number {
  return spawnSync(process.execPath, ['-e', '']).pid;
}

test('it holds the process id, in a folder made for it, and goes', () => {
  const path = join(folder, 'run', 'w.pid');
  const file = PidFile.take(path);
  expect(readPid(path)).toBe(process.pid);
  file.release();
  expect(existsSync(path)).toBe(false);
});

test.each(['', 'garbage', '0', '-1', '12 34'])('a file with %j is nobody’s', (text) => {
  const path = join(folder, 'w.pid');
  writeFileSync(path, text);
  PidFile.take(path);
  expect(readPid(path)).toBe(process.pid);
});

test('one of a process that is gone is replaced', () => {
  const path = join(folder, 'w.pid');
  writeFileSync(path, `${deadPid()}\n`);
  PidFile.take(path);
  expect(readFileSync(path, 'utf8')).toBe(`${process.pid}\n`);
});

test('one with this very id is what an earlier container left behind', () => {
  const path = join(folder, 'w.pid');
  writeFileSync(path, `${process.pid}\n`);
  const file = PidFile.take(path);
  file.release();
  expect(existsSync(path)).toBe(false);
});

test('one of a live process is left alone, and the error names it', () => {
  const path = join(folder, 'w.pid');
  writeFileSync(path, `${process.ppid}\n`);
  expect(() => PidFile.take(path)).toThrow(PidFileError);
  expect(() => PidFile.take(path)).toThrow(String(process.ppid));
  expect(readPid(path)).toBe(process.ppid);
});

test('another’s file is not removed', () => {
  const path = join(folder, 'w.pid');
  const file = PidFile.take(path);
  writeFileSync(path, `${process.ppid}\n`);
  file.release();
  expect(readPid(path)).toBe(process.ppid);
});

test('a path that cannot be is said', () => {
  writeFileSync(join(folder, 'file'), '');
  expect(() => PidFile.take(folder)).toThrow(PidFileError);
});
