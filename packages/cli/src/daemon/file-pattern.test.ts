import { expect, test } from 'vitest';
import { filePattern } from './file-pattern.ts';

test.each([
  ['/run/%n.pid', 'w1@web.example.com', '/run/w1.pid'],
  ['/log/%p%I.log', 'w1@web', '/log/w1@web.log'],
  ['%h/%d', 'w1@web.example.com', 'web.example.com/example.com'],
  ['%i-%%n-%x', 'w1@web', '0-%n-%x'],
  ['plain', 'w1', 'plain'],
])('%s of %s is %s', (pattern, node, path) => {
  expect(filePattern(pattern, node)).toBe(path);
});
