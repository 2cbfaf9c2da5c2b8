import { describe, expect, it } from 'vitest';
import { amqpHandshake, mariadbHandshake, postgresHandshake, redisHandshake } from './handshake.ts';

const START = Buffer.from([1, 0, 0, 0, 0, 1, 0xf0, 0, 10, 0, 10, 0, 9]);

describe.each([
  ['redis', redisHandshake, Buffer.from('+PONG\r\n'), Buffer.from('-LOADING Redis is loading\r\n')],
  ['redis with a password', redisHandshake, Buffer.from('-NOAUTH Authentication required.\r\n'), Buffer.from('-')],
  ['rabbitmq', amqpHandshake, START, Buffer.from('AMQP\0\0\x09\x01')],
  ['postgres', postgresHandshake, Buffer.from('R\0\0\0\x08\0\0\0\0'), Buffer.from('E\0\0\0\x20SFATAL\0C57P03\0')],
  ['mariadb', mariadbHandshake, Buffer.from('\x59\0\0\0\x0a10.11'), Buffer.from('\x17\0\0\0\xff\x10\x04', 'latin1')],
])('the handshake of %s', (_, { isReady }, ready, notReady) => {
  it('tells a server that takes work from one that does not, also when the answer comes in pieces', () => {
    expect(isReady(ready)).toBe(true);
    expect(isReady(notReady)).toBe(false);
    expect(isReady(Buffer.alloc(0))).toBe(false);
  });
});
