import { expect, test } from 'vitest';
import { unexpectedErrors } from './expected-log.ts';

const line = (level: string, text: string): string => `[2026-11-21 10:00:00,000: ${level}/MainProcess] ${text}`;

test('errors that cases provoke are expected, others are not', () => {
  const other = line('ERROR', 'Task handler raised error: WorkerLostError()');
  const fatal = line('CRITICAL', "Can't decode message body: KeyError('application/zstd')");
  const log = [
    line('INFO', 'w@host ready.'),
    line('ERROR', "Task interop.fail[1-2] raised unexpected: ValueError('x')"),
    'Traceback (most recent call last):',
    line('ERROR', "Received unregistered task of type 'interop.nobody_has_it'."),
    other,
    line('WARNING', 'ERROR'),
    fatal,
  ];
  expect(unexpectedErrors(log.join('\n'))).toEqual([other, fatal]);
});
