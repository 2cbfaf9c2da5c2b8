import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidUrlError } from './protocol-errors.ts';
import { maskUrl, parseUrl, splitUrls } from './url.ts';

const password = fc
  .string({ unit: 'binary', minLength: 6, maxLength: 20 })
  .filter((text) => /^[^*\ud800-\udfff]+$/.test(text));

describe('URLs', () => {
  it.each<[string, string]>([
    ['redis://localhost:6379/0', 'redis://localhost:6379/0'],
    ['redis://:secret@localhost/0', 'redis://:**@localhost/0'],
    ['amqp://guest:p@ss/word?#@host//', 'amqp://guest:**@host//'],
    ['amqp://a:one@h1;amqp://b:two@h2', 'amqp://a:**@h1;amqp://b:**@h2'],
    ['sentinel://h/0?master=m&password=hunter2&db=1', 'sentinel://h/0?master=m&password=**&db=1'],
    ['sqs://AKIA:secret@', 'sqs://AKIA:**@'],
    ['user:secret@host', 'user:**@host'],
    ['', ''],
  ])('masks %s', (url, masked) => {
    expect(maskUrl(url)).toBe(masked);
  });

  it('never shows a password, wherever it stands and whatever is in it', () => {
    fc.assert(
      fc.property(password, fc.constantFrom('redis://u:', 'x://', '', 'sqla+pg://user:'), (secret, start) => {
        const urls = [
          `${start}${start.endsWith(':') ? '' : 'u:'}${secret}@host/0`,
          `${start}host/0?password=${encodeURIComponent(secret)}`,
        ];
        for (const url of urls) {
          const masked = maskUrl(url);
          expect(masked.includes(`:${secret}`) || masked.includes(`=${encodeURIComponent(secret)}`)).toBe(false);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => typeof maskUrl(text) === 'string'));
  });

  it('parses all parts and decodes them', () => {
    expect(parseUrl('sqla+postgresql://me%40x:p%2Fw%3A@db.example:5432/name?ssl=true&x=a%20b')).toEqual({
      scheme: 'sqla+postgresql',
      transportScheme: 'sqla',
      driver: 'postgresql',
      username: 'me@x',
      password: 'p/w:',
      host: 'db.example',
      port: 5432,
      path: '/name',
      query: new Map([
        ['ssl', 'true'],
        ['x', 'a b'],
      ]),
    });
  });

  it.each<[string, object]>([
    ['redis://:a@b@host', { username: undefined, password: 'a@b', host: 'host', path: '' }],
    ['redis://[::1]:6379/1', { host: '::1', port: 6379, path: '/1' }],
    ['memory://', { host: undefined, port: undefined, path: '' }],
    ['sqlite:////var/x.db', { host: undefined, path: '//var/x.db' }],
    ['  redis://h  ', { host: 'h' }],
    ['amqp://u@h//', { username: 'u', password: undefined, path: '//' }],
    ['REDIS://h', { scheme: 'redis' }],
  ])('parses %s', (url, parts) => {
    expect(parseUrl(url)).toMatchObject(parts);
  });

  it('reads back any percent-encoded user and password', () => {
    fc.assert(
      fc.property(password, password, (user, secret) => {
        const url = `redis://${encodeURIComponent(user)}:${encodeURIComponent(secret)}@host:1/0`;
        expect(parseUrl(url)).toMatchObject({ username: user, password: secret, host: 'host', port: 1 });
      }),
    );
  });

  it.each([
    '',
    '   ',
    'localhost',
    'redis://h:abc',
    'redis://h:0',
    'redis://h:65536',
    'redis://u:pa/ss@h',
    'redis://h/%zz',
    'redis://[::1',
  ])('M34: refuses "%s" naming the key and hiding the secret', (url) => {
    let caught: unknown;
    try {
      parseUrl(url, 'brokerUrl');
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(InvalidUrlError);
    expect((caught as InvalidUrlError).key).toBe('brokerUrl');
    expect((caught as InvalidUrlError).message).not.toMatch(/pa\/ss|ss@/);
  });

  it('splits fail-over lists', () => {
    expect(splitUrls('redis://a; redis://b;')).toEqual(['redis://a', 'redis://b']);
    expect(splitUrls(['redis://a', ' redis://b'])).toEqual(['redis://a', 'redis://b']);
    expect(() => splitUrls(' ; ')).toThrow(InvalidUrlError);
  });
});
