import { expect, test } from 'vitest';
import { UsageError } from '../cli-error.ts';
import { multiNodes } from './multi-nodes.ts';
import { namespacedOptions } from './namespaced-options.ts';

function nodes(line: string): Record<string, string> {
  const found = multiNodes(namespacedOptions(line.split(' ')), 'web.example.com');
  const rest = (argv: readonly string[]): string => argv.slice(6).join(' ');
  return Object.fromEntries(found.map(({ name, argv }) => [name, rest(argv)]));
}

// Lines of Celery's own manual of `multi`.
test.each([
  ['Leslie -E', { 'Leslie@web.example.com': '-E' }],
  ['Leslie -E --hostname=e.com', { 'Leslie@e.com': '-E' }],
  [
    '3 -c 3',
    { 'celery1@web.example.com': '-c 3', 'celery2@web.example.com': '-c 3', 'celery3@web.example.com': '-c 3' },
  ],
  ['2 --range-prefix=worker -c 3', { 'worker1@web.example.com': '-c 3', 'worker2@web.example.com': '-c 3' }],
  ['2 -n xuzzy.myhost -c 3', { 'celery1@xuzzy.myhost': '-c 3', 'celery2@xuzzy.myhost': '-c 3' }],
  ['2 -c 3 -c:1 10', { 'celery1@web.example.com': '-c 10', 'celery2@web.example.com': '-c 3' }],
  [
    '4 -Q:1-3 images,video -Q:4 data',
    {
      'celery1@web.example.com': '-Q images,video',
      'celery2@web.example.com': '-Q images,video',
      'celery3@web.example.com': '-Q images,video',
      'celery4@web.example.com': '-Q data',
    },
  ],
  ['foo bar -Q:foo,bar mail -Q:2 other', { 'foo@web.example.com': '-Q mail', 'bar@web.example.com': '-Q other' }],
  ['jerry@a elaine@b -c:jerry@a 3', { 'jerry@a': '-c 3', 'elaine@b': '' }],
  ['w1 --loglevel:w1=info -- acks_late=true', { 'w1@web.example.com': '--loglevel=info acks_late=true' }],
])('%s', (line, expected) => {
  expect(nodes(line)).toEqual(expected);
});

test('files are those of the node', () => {
  const [node] = multiNodes(namespacedOptions(['w1', '--pidfile=/run/%n.pid', '-f', '/log/%p.log']), 'web');
  expect(node).toMatchObject({ pidfile: '/run/w1.pid', logfile: '/log/w1@web.log' });
  expect(node!.argv).toEqual([
    'worker',
    '--detach',
    '-n',
    'w1@web',
    '--pidfile=/run/w1.pid',
    '--logfile=/log/w1@web.log',
  ]);
});

test.each(['', '0', '5000', 'a b -c:c 3', '2 -c:3 1', 'a -c: 3', 'a -'])('%j is refused', (line) => {
  expect(() => nodes(line)).toThrow(UsageError);
});
