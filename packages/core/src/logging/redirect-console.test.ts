import { silentLogger } from '@celeriac/protocol';
import { expect, test } from 'vitest';
import { redirectConsole } from './redirect-console.ts';

const { console } = globalThis;

test('what is written to console goes to the log, until it is given back', () => {
  const lines: string[] = [];
  const own = console.log;
  const restore = redirectConsole({ ...silentLogger, warning: (line) => void lines.push(line) }, 'warning');
  console.log('%s is %d', 'x', 1, { a: 1 });
  console.error(new Error('bad').message);
  restore();
  expect([lines, console.log === own]).toEqual([['x is 1 { a: 1 }', 'bad'], true]);
});

test('a log that writes to console itself does not go round in circles', () => {
  const seen: unknown[] = [];
  const own = console.info;
  console.info = (text: unknown) => void seen.push(text);
  const restore = redirectConsole({ ...silentLogger, info: (line) => console.info(`logged ${line}`) }, 'info');
  console.info('x');
  restore();
  console.info = own;
  expect(seen).toEqual(['logged x']);
});
