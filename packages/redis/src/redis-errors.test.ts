import { expect, test } from 'vitest';
import { RedisAccessError, RedisReplyError, RedisUnavailableError, redisError } from './redis-errors.ts';

function replyError(message: string): Error {
  const error = new Error(message);
  error.name = 'ReplyError';
  return Object.assign(error, { command: { name: 'auth', args: ['secret'] } });
}

test.each([
  ["READONLY You can't write against a read only replica.", RedisUnavailableError, 'READONLY'],
  ['LOADING Redis is loading the dataset in memory', RedisUnavailableError, 'LOADING'],
  ['MISCONF Redis is configured to save RDB snapshots', RedisUnavailableError, 'MISCONF'],
  ['BUSY Redis is busy running a script.', RedisUnavailableError, 'BUSY'],
  ['MOVED 3999 127.0.0.1:6381', RedisUnavailableError, 'MOVED'],
  ['NOAUTH Authentication required.', RedisAccessError, 'NOAUTH'],
  ['WRONGPASS invalid username-password pair or user is disabled.', RedisAccessError, 'WRONGPASS'],
  ['ERR invalid password', RedisAccessError, 'WRONGPASS'],
  ["NOPERM this user has no permissions to run the 'lpush' command", RedisAccessError, 'NOPERM'],
  ["OOM command not allowed when used memory > 'maxmemory'.", RedisReplyError, 'OOM'],
  ['WRONGTYPE Operation against a key holding the wrong kind of value', RedisReplyError, 'WRONGTYPE'],
])('%s', (message, kind, reply) => {
  const error = redisError('redis://h', replyError(message));
  expect(error).toBeInstanceOf(kind);
  expect(error).toMatchObject({ reply, message: expect.stringContaining(message) });
  expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('secret');
});

test('what is no answer of the server is a lost connection', () => {
  const error = redisError('redis://h', new Error('connect ECONNREFUSED'));
  expect(error).toBeInstanceOf(RedisUnavailableError);
  expect(error.reply).toBeUndefined();
});

test('a refused transaction is told by the command that was refused', () => {
  const aborted = replyError('EXECABORT Transaction discarded because of previous errors.');
  const error = redisError('redis://h', Object.assign(aborted, { previousErrors: [replyError('OOM no memory')] }));
  expect(error).toMatchObject({ code: 'CLR_REDIS_REPLY', reply: 'OOM' });
});
