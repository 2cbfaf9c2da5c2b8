/** What databases are called in URLs; the name of one of Python's drivers may follow after a `+`. */
const DATABASES: readonly string[] = ['sqlite', 'postgresql', 'postgres', 'mysql', 'mariadb'];

/**
 * Schemes of database URLs.
 * @param prefixes - what may stand in front, as `db+`
 */
export function sqlSchemes(prefixes: readonly string[]): readonly string[] {
  const prefixed = prefixes.flatMap((prefix) => DATABASES.map((name) => prefix + name));
  return Object.freeze([...DATABASES, ...prefixed]);
}
