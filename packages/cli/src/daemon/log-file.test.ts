import { closeSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { UsageError } from '../cli-error.ts';
import { LogFile } from './log-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'celeriac-log-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('it appends, in a folder made for it', () => {
  const path = join(folder, 'deep', 'w.log');
  new LogFile(path).write('one\n');
  new LogFile(path).write(Buffer.from('two\n'));
  expect(readFileSync(path, 'utf8')).toBe('one\ntwo\n');
});

test('a file that was moved away is opened anew, looked for once a second', () => {
  const path = join(folder, 'w.log');
  let nowMs = 0;
  const log = new LogFile(path, () => nowMs);
  log.write('one\n');
  renameSync(path, `${path}.1`);
  nowMs = 999;
  log.write('two\n');
  nowMs = 1000;
  log.write('three\n');
  expect(readFileSync(`${path}.1`, 'utf8')).toBe('one\ntwo\n');
  expect(readFileSync(path, 'utf8')).toBe('three\n');
});

test('a path that cannot be is said', () => {
  writeFileSync(join(folder, 'file'), '');
  expect(() => new LogFile(join(folder, 'file', 'w.log'))).toThrow(UsageError);
});

test('when it cannot be opened anew it goes on with the file that it has, and nothing is thrown', () => {
  const path = join(folder, 'gone', 'w.log');
  let nowMs = 0;
  const log = new LogFile(path, () => nowMs);
  renameSync(join(folder, 'gone'), join(folder, 'moved'));
  nowMs = 5000;
  log.write('still here\n');
  expect(readFileSync(join(folder, 'moved', 'w.log'), 'utf8')).toBe('still here\n');
  closeSync(log.descriptor);
  expect(() => log.write('nowhere\n')).not.toThrow();
});
