import { expect, test } from 'vitest';
import { keyPrefix } from './key-prefix.ts';
import { redisPlan } from './redis-plan.ts';

test.each([
  ['redis://', { kind: 'server', nodes: [{ host: '127.0.0.1', port: 6379 }], db: 0, tls: undefined }],
  ['redis://h:1/7', { nodes: [{ host: 'h', port: 1 }], db: 7, username: undefined, password: undefined }],
  ['redis://:secret@h', { username: undefined, password: 'secret', url: 'redis://:**@h' }],
  ['redis://user:p%40ss@[::1]:9/2', { nodes: [{ host: '::1', port: 9 }], username: 'user', password: 'p@ss', db: 2 }],
  ['rediss://h', { kind: 'server', tls: expect.objectContaining({ verify: true, checkHostname: true }) }],
  ['rediss://h?ssl_cert_reqs=none', { tls: expect.objectContaining({ verify: false, checkHostname: false }) }],
  ['rediss://h?ssl_cert_reqs=CERT_OPTIONAL&ssl_ca_certs=/ca', { tls: expect.objectContaining({ caFile: '/ca' }) }],
  ['redis+socket:///tmp/r.sock?virtual_host=4', { kind: 'socket', path: '/tmp/r.sock', db: 4, nodes: [] }],
  [
    'sentinel://:pw@a:1;sentinel://b?master_name=m',
    {
      kind: 'sentinel',
      nodes: [
        { host: 'a', port: 1 },
        { host: 'b', port: 26_379 },
      ],
      password: 'pw',
    },
  ],
  ['redis+cluster://h', { kind: 'cluster', db: 0 }],
  ['redis://h?socket_timeout=0.5&client_name=me', { answerTimeoutMs: 500, clientName: 'me' }],
])('%s', (url, parts) => {
  expect(redisPlan(url, { master_name: 'm' })).toMatchObject(parts);
});

test('options may be spelled either way, and the URL counts first', () => {
  expect(redisPlan('redis://h', { socket_timeout: 3 }).answerTimeoutMs).toBe(3000);
  expect(redisPlan('redis://h', { socketTimeout: 3 }).answerTimeoutMs).toBe(3000);
  expect(redisPlan('redis://h?socket_timeout=2', { socketTimeout: 3 }).answerTimeoutMs).toBe(2000);
  const sentinel = redisPlan('sentinel://h', { masterName: 'm', sentinelKwargs: { password: 'sp' } });
  expect(sentinel).toMatchObject({ masterName: 'm', sentinelPassword: 'sp' });
});

test.each<[unknown, object | undefined]>([
  [false, undefined],
  [true, { verify: true, caFile: undefined }],
  [{ ssl_cert_reqs: 'CERT_NONE' }, { verify: false }],
  [{ cert_reqs: 0 }, { verify: false }],
  [
    { cert_reqs: 2, ca_certs: '/ca', certfile: '/c', keyfile: '/k' },
    { verify: true, caFile: '/ca', keyFile: '/k' },
  ],
])('TLS by the option ssl: %j', (ssl, tls) => {
  expect(redisPlan('redis://h', { ssl }).tls).toEqual(tls && expect.objectContaining(tls));
});

test('an unknown name in ssl is refused', () => {
  expect(() => redisPlan('redis://h', { ssl: { ca_cert: '/ca' } })).toThrow('"caCert"');
});

test.each([
  ['redis://h/name', 'database'],
  ['redis://h/-1', 'database'],
  ['redis+cluster://h/1', 'database'],
  ['sentinel://h', 'master'],
  ['rediss://h?ssl_cert_reqs=maybe', 'ssl_cert_reqs'],
  ['redis://:secret@h?socket_timeout=soon', 'socketTimeout'],
])('%s is refused, its password hidden', (url, problem) => {
  const refusal = expect.objectContaining({ code: 'CLR_INVALID_URL', message: expect.stringContaining(problem) });
  expect(() => redisPlan(url)).toThrow(refusal);
  expect(() => redisPlan(url)).not.toThrow(/secret/);
});

test.each([
  ['redis://h', undefined, ''],
  ['redis://h', 'mine:', 'mine:'],
  ['redis+cluster://h', undefined, '{celeriac}'],
  ['redis+cluster://h', 'a{b}c', 'a{b}c'],
  ['redis+cluster://h', 'mine:', undefined],
])('%s with the prefix %s puts %s before keys', (url, configured, prefix) => {
  expect(keyPrefix(redisPlan(url), configured)).toBe(prefix);
});
