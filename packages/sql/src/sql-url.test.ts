import { isCeleriacError } from '@celeriac/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { absoluteSqlUrl, parseSqlUrl } from './sql-url.ts';

describe('parseSqlUrl', () => {
  test.each([
    ['sqlite:///results.db', '/home/app/results.db'],
    ['sqlite:///sub/results.db', '/home/app/sub/results.db'],
    ['sqlite:////var/lib/app.db', '/var/lib/app.db'],
    ['db+sqlite:///results.db', '/home/app/results.db'],
    ['sqla+sqlite:////var/lib/app.db', '/var/lib/app.db'],
    ['sqlalchemy+sqlite:///a.db', '/home/app/a.db'],
    ['SQLite:///a.db', '/home/app/a.db'],
    ['sqlite:///with%20space%3F.db', '/home/app/with space?.db'],
    ['sqlite:///../up.db', '/home/up.db'],
  ])('%s is the file %s', (url, file) => {
    expect(parseSqlUrl(url, 'url', '/home/app').file).toBe(file);
  });

  test('commits are durable and waits are bounded unless told otherwise', () => {
    expect(parseSqlUrl('sqlite:///a.db')).toMatchObject({ synchronous: 'full', busyTimeoutMs: 30_000 });
    const told = parseSqlUrl('sqlite:///a.db?synchronous=NORMAL&busy_timeout=5000');
    expect(told).toMatchObject({ synchronous: 'normal', busyTimeoutMs: 5000 });
  });

  test.each([
    ['sqlite://', /memory/],
    ['sqlite:///', /memory/],
    ['sqlite:///:memory:', /memory/],
    ['sqlite://relative.db', /no host/],
    ['sqlite:///folder/', /folder/],
    ['sqlite:///a%00b.db', /NUL/],
    ['sqlite:///a.db?synchronus=full', /unknown option/],
    ['sqlite:///a.db?synchronous=sometimes', /synchronous/],
    ['sqlite:///a.db?busy_timeout=-1', /busy_timeout/],
    ['oracle:///a.db', /oracle/],
    ['no url', /scheme/],
  ])('refuses %s', (url, problem) => {
    const error = caught(() => parseSqlUrl(url, 'brokerUrl'));
    expect(isCeleriacError(error, 'CLR_INVALID_URL')).toBe(true);
    expect(error).toMatchObject({ key: 'brokerUrl', message: expect.stringMatching(problem) });
  });

  test('suggests the option that was meant, and memory:// for a database in memory', () => {
    expect(caught(() => parseSqlUrl('sqlite:///a.db?synchronus=full'))).toMatchObject({
      hint: 'Did you mean synchronous?',
    });
    expect(caught(() => parseSqlUrl('sqlite://'))).toMatchObject({ hint: expect.stringContaining('memory://') });
  });

  test('never shows a password', () => {
    const error = caught(() => parseSqlUrl('sqlite://me:hunter2@host/a.db'));
    expect(String(error)).not.toContain('hunter2');
  });
});

test('an absolute URL means the same file and options, whatever the path holds', () => {
  const segment = fc.string({ minLength: 1 }).filter((text) => !/[/\\\0]/.test(text) && text !== '.' && text !== '..');
  fc.assert(
    fc.property(fc.array(segment, { minLength: 1, maxLength: 4 }), fc.nat(1000), (segments, busyTimeoutMs) => {
      const target = {
        ...parseSqlUrl('sqlite:///a.db?synchronous=normal'),
        file: `/${segments.join('/')}`,
        busyTimeoutMs,
      };
      const { maskedUrl: _masked, ...again } = parseSqlUrl(absoluteSqlUrl(target), 'url', '/elsewhere');
      const { maskedUrl: _original, ...expected } = target;
      expect(again).toEqual(expected);
    }),
  );
});

function caught(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}
