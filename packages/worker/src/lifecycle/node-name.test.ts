import { describe, expect, it } from 'vitest';
import { nodeName } from './node-name.ts';

describe('nodeName', () => {
  it.each([
    [undefined, 'celery@web1.example.org'],
    ['w1', 'w1@web1.example.org'],
    ['w1@%h', 'w1@web1.example.org'],
    ['%n-mail@%d', 'web1-mail@example.org'],
    ['@%n', 'celery@web1'],
    ['100%%@x', '100%@x'],
    ['%h', 'web1.example.org@web1.example.org'],
    ['w%i%I@%d', 'w0@example.org'],
  ])('%s: %s', (pattern, expected) => {
    expect(nodeName(pattern, 'web1.example.org')).toBe(expected);
  });
});
