import { silentLogger, systemClock } from '@celeriac/protocol';
import { expect, test } from 'vitest';
import { runAsTask } from '../execute/current-task.ts';
import type { Settings } from '../settings/settings.ts';
import { makeLogger } from './make-logger.ts';
import { redirectOutput } from './redirect-output.ts';

const { console } = globalThis;

test('what is written to console goes to the log, until it is given back', () => {
  const lines: string[] = [];
  const own = console.log;
  const restore = redirectOutput({ ...silentLogger, warning: (line) => void lines.push(line) }, 'warning');
  console.log('%s is %d', 'x', 1, { a: 1 });
  console.error(new Error('bad').message);
  restore();
  expect([lines, console.log === own]).toEqual([['x is 1 { a: 1 }', 'bad'], true]);
});

test('a log that writes to console itself does not go round in circles', () => {
  const seen: unknown[] = [];
  const own = console.info;
  console.info = (text: unknown) => void seen.push(text);
  const restore = redirectOutput({ ...silentLogger, info: (line) => console.info(`logged ${line}`) }, 'info');
  console.info('x');
  restore();
  console.info = own;
  expect(seen).toEqual(['logged x']);
});

const task = { id: 'a', rootId: 'a', parentId: null, priority: undefined, trail: false, children: [] };

test('what a task writes to its streams goes to the log line by line; what others write does not', async () => {
  const lines: string[] = [];
  const seen: unknown[] = [];
  const own = process.stdout.write;
  process.stdout.write = ((chunk: unknown) => seen.push(chunk) > 0) as typeof own;
  const patched = process.stdout.write;
  const restore = redirectOutput({ ...silentLogger, warning: (line) => void lines.push(line) }, 'warning');
  process.stdout.write('outside\n');
  await runAsTask(task, async () => {
    await new Promise((resolve) => setImmediate(resolve));
    process.stdout.write('one\ntwo\n\n');
    process.stderr.write(Buffer.from('three'));
    await new Promise<void>((resolve) => process.stdout.write('four', () => resolve()));
    await new Promise<void>((resolve) => process.stdout.write('five', 'utf8', () => resolve()));
  });
  restore();
  expect(process.stdout.write).toBe(patched);
  process.stdout.write = own;
  expect([lines, seen]).toEqual([['one', 'two', 'three', 'four', 'five'], ['outside\n']]);
});

test('a log that writes to a stream later, for a line of a task, does not go round in circles', async () => {
  const seen: unknown[] = [];
  const own = process.stdout.write;
  process.stdout.write = ((chunk: unknown) => seen.push(chunk) > 0) as typeof own;
  const info = (line: string): void => void setImmediate(() => process.stdout.write(`logged ${line}`));
  const restore = redirectOutput({ ...silentLogger, info }, 'info');
  runAsTask(task, () => console.log('x'));
  await new Promise((resolve) => setTimeout(resolve, 20));
  restore();
  process.stdout.write = own;
  expect(seen).toEqual(['logged x']);
});

test('what a task writes to the log itself is one line of it, as ever', () => {
  const seen: unknown[] = [];
  const own = process.stderr.write;
  process.stderr.write = ((chunk: unknown) => seen.push(chunk) > 0) as typeof own;
  const settings = { logLevel: 'info', logFormat: 'text', workerLogColor: false } as Settings;
  const logger = makeLogger(settings, systemClock);
  const restore = redirectOutput(logger, 'warning');
  runAsTask(task, () => {
    logger.info('of the log');
    process.stderr.write('of the stream');
    console.error('of the console');
  });
  restore();
  process.stderr.write = own;
  const lines = seen.map((line) => String(line).replace(/^\[[^\]]*: /, '['));
  expect(lines).toEqual(['[INFO] of the log\n', '[WARNING] of the stream\n', '[WARNING] of the console\n']);
});
