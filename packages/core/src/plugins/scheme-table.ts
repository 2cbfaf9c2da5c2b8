/** What a URL's scheme can stand for. */
export type PluginKind = 'broker' | 'result store';

/** Packages by the part of a URL's scheme before `+`, which for `db+…` and `sqla+…` names the database after it. */
const BROKERS: ReadonlyMap<string, string> = new Map([
  ['memory', 'memory'],
  ['redis', 'redis'],
  ['rediss', 'redis'],
  ['sentinel', 'redis'],
  ['amqp', 'amqp'],
  ['amqps', 'amqp'],
  ['pyamqp', 'amqp'],
  ['sqlite', 'sql'],
  ['postgresql', 'sql'],
  ['postgres', 'sql'],
  ['mysql', 'sql'],
  ['mariadb', 'sql'],
  ['sqla', 'sql'],
  ['sqlalchemy', 'sql'],
]);

const RESULT_STORES: ReadonlyMap<string, string> = new Map([
  ['memory', 'memory'],
  ['cache+memory', 'memory'],
  ['redis', 'redis'],
  ['rediss', 'redis'],
  ['sentinel', 'redis'],
  ['rpc', 'rpc'],
  ['sqlite', 'sql'],
  ['postgresql', 'sql'],
  ['postgres', 'sql'],
  ['mysql', 'sql'],
  ['mariadb', 'sql'],
  ['db', 'sql'],
]);

/** The package that serves a scheme; undefined for a scheme that nobody serves. @param scheme - in lower case, with its `+driver` */
export function packageFor(kind: PluginKind, scheme: string): string | undefined {
  const table = kind === 'broker' ? BROKERS : RESULT_STORES;
  const name = table.get(scheme) ?? table.get(scheme.split('+', 1)[0] ?? '');
  if (name === undefined) return undefined;
  return kind === 'broker' ? `@celeriac/transport-${name}` : `@celeriac/backend-${name}`;
}

/** All schemes of the table. */
export function knownSchemes(kind: PluginKind): string[] {
  return [...(kind === 'broker' ? BROKERS : RESULT_STORES).keys()];
}

/** The name of the package a scheme gives by itself: `@scope/name+anything://…`. */
export function packageInScheme(url: string): string | undefined {
  return /^(@[a-z0-9~-][a-z0-9._~-]*\/[a-z0-9~-][a-z0-9._~-]*)(?:\+[a-z0-9.+-]*)?:\/\//i.exec(url)?.[1];
}
