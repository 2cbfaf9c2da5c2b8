import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const source = new URL('./open-sql-database.ts', import.meta.url).href;
const program = (packageName: string, url: string): string => `
  import { registerHooks } from 'node:module';
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier.split('/')[0] === ${JSON.stringify(packageName)})
        throw Object.assign(new Error('not found'), { code: 'ERR_MODULE_NOT_FOUND' });
      return next(specifier, context);
    },
  });
  const { openSqlDatabase } = await import(${JSON.stringify(source)});
  const error = await openSqlDatabase(${JSON.stringify(url)}).connect().catch((reason) => reason);
  console.log(JSON.stringify({ code: error.code, packageName: error.packageName, hint: error.hint }));
`;

test.each([
  ['better-sqlite3', 'sqlite:///never.db'],
  ['pg', 'postgresql://never.example/app'],
  ['mysql2', 'mariadb://never.example/app'],
])('a missing %s is named with the command that installs it', async (packageName, url) => {
  const args = ['--conditions=@celeriac/source', '--input-type=module', '--eval', program(packageName, url)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  expect(JSON.parse(stdout)).toEqual({
    code: 'CLR_SQL_DRIVER_MISSING',
    packageName,
    hint: expect.stringContaining(`npm install ${packageName}`),
  });
});
