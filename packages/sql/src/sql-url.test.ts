import { isCeleriacError } from '@celeriac/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openSqlDatabase } from './open-sql-database.ts';
import { parseSqlUrl, portableSqlUrl } from './sql-url.ts';
import { absoluteSqliteUrl, type SqliteTarget } from './sqlite/sqlite-url.ts';

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
    expect(parseSqlUrl(url, 'url', '/home/app')).toMatchObject({ dialect: 'sqlite', file });
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

describe('URLs of servers', () => {
  test.each([
    ['postgresql://ann:p%40ss@db.example:6000/app', { dialect: 'postgres', host: 'db.example', port: 6000 }],
    ['postgres://ann:p%40ss@db.example/app', { dialect: 'postgres', port: 5432 }],
    ['sqla+postgresql://ann:p%40ss@db.example/app', { dialect: 'postgres' }],
    ['sqlalchemy+postgresql+psycopg2://ann:p%40ss@db.example/app', { dialect: 'postgres' }],
    ['db+postgresql://ann:p%40ss@db.example/app', { dialect: 'postgres' }],
    ['mysql://ann:p%40ss@db.example/app', { dialect: 'mysql', port: 3306 }],
    ['mariadb://ann:p%40ss@db.example/app', { dialect: 'mysql' }],
    ['db+mysql+pymysql://ann:p%40ss@db.example/app?charset=utf8mb4', { dialect: 'mysql' }],
  ])('%s', (url, expected) => {
    const common = { user: 'ann', password: 'p@ss', database: 'app', tls: undefined };
    expect(parseSqlUrl(url)).toMatchObject({ ...common, ...expected });
  });

  test('say what a connection is like', () => {
    const url = 'postgresql:///app?host=/run/postgresql&options=-csearch_path%3Djobs&pool_size=2&connect_timeout=9';
    const more = '&statement_timeout=500&busy_timeout=0&prepared_statements=off&sslmode=require';
    expect(parseSqlUrl(url + more)).toMatchObject({
      host: '/run/postgresql',
      startup: '-csearch_path=jobs',
      poolSize: 2,
      connectTimeoutMs: 9000,
      statementTimeoutMs: 500,
      busyTimeoutMs: 0,
      prepares: false,
      tls: { verifies: 'nothing' },
    });
    expect(parseSqlUrl('mysql:///app?unix_socket=/run/mysqld.sock&ssl_mode=VERIFY_IDENTITY')).toMatchObject({
      socket: '/run/mysqld.sock',
      tls: { verifies: 'certificate and host' },
    });
  });

  test.each([
    ['postgresql://db.example', /names no database/],
    ['mysql://db.example/', /names no database/],
    ['postgresql://db.example/app?pool_size=0', /pool_size/],
    ['postgresql://db.example/app?synchronous=full', /unknown option/],
    ['postgresql://db.example/app?sslmode=maybe', /sslmode/],
    ['postgresql://db.example/app?sslrootcert=/not/there.pem', /sslrootcert cannot be read \(ENOENT\)/],
    ['postgresql://db.example/app?prepared_statements=maybe', /prepared_statements/],
    ['mysql://db.example/app?charset=latin1', /charset/],
  ])('%s is refused', (url, problem) => {
    expect(caught(() => parseSqlUrl(url, 'brokerUrl'))).toMatchObject({
      code: 'CLR_INVALID_URL',
      message: expect.stringMatching(problem),
    });
  });

  test('are one database exactly when server, database, user and search path are the same', () => {
    const identity = (url: string): string => openSqlDatabase(url).identity;
    const one = identity('postgresql://ann:old@DB.example/app');
    expect(identity('db+postgresql+psycopg2://ann:new@db.example:5432/app')).toBe(one);
    for (const other of ['ann@db.example/app2', 'bob@db.example/app', 'ann@db.example:5433/app', 'ann@db/app']) {
      expect(identity(`postgresql://${other}`)).not.toBe(one);
    }
    expect(identity('postgresql://ann@db.example/app?options=-csearch_path%3Djobs')).not.toBe(one);
    expect(identity('mysql://ann@db.example/app')).toBe(identity('mariadb://bob@db.example/app'));
    expect(one).not.toContain('old');
  });
});

test('a portable URL of a server is the URL; of a file it has an absolute path, and the durability asked for', () => {
  expect(portableSqlUrl('postgresql://a@b/c', 'normal')).toBe('postgresql://a@b/c');
  expect(portableSqlUrl('sqlite:///a.db', 'normal')).toMatch(/^sqlite:\/\/\/\/.*a\.db\?synchronous=normal&/);
});

test('an absolute URL means the same file and options, whatever the path holds', () => {
  const segment = fc.string({ minLength: 1 }).filter((text) => !/[/\\\0]/.test(text) && text !== '.' && text !== '..');
  fc.assert(
    fc.property(fc.array(segment, { minLength: 1, maxLength: 4 }), fc.nat(1000), (segments, busyTimeoutMs) => {
      const target = {
        ...(parseSqlUrl('sqlite:///a.db?synchronous=normal') as SqliteTarget),
        file: `/${segments.join('/')}`,
        busyTimeoutMs,
      };
      const { maskedUrl: _masked, ...again } = parseSqlUrl(absoluteSqliteUrl(target), 'url', '/elsewhere');
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
