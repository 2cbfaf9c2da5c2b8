import { expect, it } from 'vitest';
import { serviceAccount } from './service-account.ts';

const USERS = 'root:x:0:0:root:/root:/bin/sh\nmysqlx:x:9:9::/:/bin/sh\nmysql:x:106:112:MySQL:/nonexistent:/bin/false\n';

it.each([
  ['gives root the user of the server', 'mysql', true, { uid: 106, gid: 112 }],
  ['changes nothing for anybody else', 'mysql', false, {}],
  ['changes nothing for servers that run as anybody', undefined, true, {}],
  ['changes nothing if there is no such user', 'postgres', true, {}],
])('%s', (_, user, isRoot, identity) => {
  expect(serviceAccount(user, isRoot, USERS).identity).toEqual(identity);
});
