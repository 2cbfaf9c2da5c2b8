import { describe, expect, it } from 'vitest';
import { nodeName } from './node-name.ts';

describe('nodeName', () => {
  it.each([
    [undefined, 'box', 'celery@box'],
    ['w1', 'box.example.org', 'w1@box.example.org'],
    ['w1@%h', 'box.example.org', 'w1@box.example.org'],
    ['w1@%n', 'box.example.org', 'w1@box'],
    ['w1.%d', 'box.example.org', 'w1.example.org@box.example.org'],
    ['w%%1@%n', 'box', 'w%1@box'],
    ['@elsewhere', 'box', 'celery@elsewhere'],
    ['w@%x', 'box', 'w@%x'],
  ])('%s on %s is %s', (pattern, host, expected) => {
    expect(nodeName(pattern, host)).toBe(expected);
  });
});
