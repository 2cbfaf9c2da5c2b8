import { describe, expect, test } from 'vitest';
import { checkDeclaredName, checkName, nameProblem } from './queue-name.ts';
import { ChannelError } from './transport-errors.ts';

describe('names of queues and exchanges (M39)', () => {
  test.each(['celery', 'a.b-c_d', 'grüße', '你好', 'with space', 'x'.repeat(255), 'é'.repeat(127), '__proto__'])(
    'accepts %j',
    (name) => {
      expect(nameProblem(name)).toBeUndefined();
      expect(() => checkDeclaredName('queue', name)).not.toThrow();
    },
  );

  test.each([
    ['', 'empty'],
    ['x'.repeat(256), '255 bytes'],
    ['é'.repeat(128), '255 bytes'],
    ['q\x06\x163', 'control characters'],
    ['a\nb', 'line breaks'],
    ['a\x00b', 'control characters'],
    ['a\u0085b', 'control characters'],
    ['a\ud800b', 'broken Unicode'],
  ])('refuses %j', (name, reason) => {
    expect(() => checkName('queue', name)).toThrow(reason);
    expect(() => checkName('queue', name)).toThrow(ChannelError);
  });

  test.each([
    ['amq.gen-1', 'amq.'],
    ['*', 'wildcard'],
    ['#', 'wildcard'],
  ])('refuses to declare %j, which can be sent to', (name, reason) => {
    expect(() => checkName('queue', name)).not.toThrow();
    expect(() => checkDeclaredName('queue', name)).toThrow(reason);
  });

  test('shows a bad name escaped and cut', () => {
    expect(() => checkName('queue', `\x1b[2J${'x'.repeat(300)}`)).toThrow(/^queue "\\x1b\[2Jx{56}…"/);
  });

  test('refuses what is no text', () => {
    expect(() => checkName('queue', undefined as unknown as string)).toThrow('must be text, got undefined');
  });
});
