import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const source = new URL('./open-sql-database.ts', import.meta.url).href;
const program = `
  import { registerHooks } from 'node:module';
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier === 'better-sqlite3') throw Object.assign(new Error('not found'), { code: 'ERR_MODULE_NOT_FOUND' });
      return next(specifier, context);
    },
  });
  const { openSqlDatabase } = await import(${JSON.stringify(source)});
  const error = await openSqlDatabase('sqlite:///never.db').connect().catch((reason) => reason);
  console.log(JSON.stringify({ code: error.code, packageName: error.packageName, hint: error.hint }));
`;

test('a missing driver is named with the command that installs it', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--conditions=@celeriac/source',
    '--input-type=module',
    '--eval',
    program,
  ]);
  expect(JSON.parse(stdout)).toEqual({
    code: 'CLR_SQL_DRIVER_MISSING',
    packageName: 'better-sqlite3',
    hint: expect.stringContaining('npm install better-sqlite3'),
  });
});
