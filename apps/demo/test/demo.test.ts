import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { demo, textFolder } from './run-demo.ts';

let folder: string;

beforeAll(async () => {
  folder = await textFolder();
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('the demo', () => {
  test('gives the same answer on SQLite with worker processes and in memory', async () => {
    const [sqlite, memory] = [
      await demo(folder, '--json'),
      await demo(folder, '--json', '--broker', 'memory://', '--backend', 'memory://'),
    ];
    expect(sqlite.err).toBe('');
    expect(sqlite.code).toBe(0);
    expect(memory.code).toBe(0);
    const answer = JSON.parse(sqlite.out);
    expect(JSON.parse(memory.out)).toEqual(answer);
    expect(answer).toMatchObject({ files: 30, words: 210, attemptsForBusyFile: 3 });
    expect(answer.top[0]).toEqual({ word: 'apple', count: 60, kind: 'word' });
    expect(answer.top).toContainEqual({ word: 'const', count: 30, kind: 'keyword' });
    expect(answer.top).toContainEqual({ word: 'constructor', count: 30, kind: 'word' });
  });

  test('prints a table for people, and says where the workers run', async () => {
    const { out, code } = await demo(folder, '--broker', 'memory://');
    expect(code).toBe(0);
    expect(out).toMatch(/ 1 {2}apple +60 {2}word/);
    expect(out).toContain('inside this process');
  });

  test('--help explains itself', async () => {
    expect((await demo('--help')).out).toContain('--broker <url>');
  });

  test.each([
    [['--workers', '0'], '--workers must be a whole number from 1 to 64, not "0".'],
    [['--nope'], "Unknown option '--nope'"],
    [['a', 'b'], 'One folder, not 2: a, b'],
  ])('refuses %j with one line and exit code 2', async (args, message) => {
    const { code, err } = await demo(...args);
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(err).not.toContain('    at ');
  });

  test('a folder that is not there is an error of one line', async () => {
    const { code, err } = await demo(join(folder, 'nowhere'));
    expect(code).toBe(1);
    expect(err).toContain('nowhere');
    expect(err).not.toContain('    at ');
  });

  test('a broker whose scheme is misspelt names the scheme that was meant', async () => {
    const { code, err } = await demo(folder, '--broker', 'sqlit:///x.db');
    expect(code).toBe(1);
    expect(err).toContain('sqlite');
  });
});
