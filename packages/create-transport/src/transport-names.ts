import { UsageError } from './usage-error.ts';

/** One name in all the spellings that a package needs. */
export interface TransportNames {
  /** `my-broker`: files, and the scheme of the URL. */
  readonly name: string;
  /** `myBroker`. */
  readonly camel: string;
  /** `MyBroker`. */
  readonly pascal: string;
  /** `MY_BROKER`. */
  readonly upper: string;
  /** `celeriac-transport-my-broker`, unless told otherwise. */
  readonly package: string;
}

const MAX_NAME_LENGTH = 40;
/** What npm takes as a package name. */
const MAX_PACKAGE_LENGTH = 214;

/** Schemes that Celeriac's own transports serve. */
const TAKEN: ReadonlySet<string> = new Set([
  ...['memory', 'redis', 'rediss', 'sentinel', 'amqp', 'amqps', 'pyamqp', 'sqlite', 'sql', 'sqla', 'sqlalchemy'],
  ...[
    'postgres',
    'postgresql',
    'mysql',
    'mariadb',
    'mongodb',
    'sqs',
    'couchdb',
    'beanstalk',
    'zookeeper',
    'filesystem',
  ],
]);

/**
 * The spellings of a transport's name.
 * @param name - as given on the command line
 * @param packageName - `celeriac-transport-<name>` when undefined
 * @throws {UsageError} for a name that cannot be a URL's scheme, a file and a class at once, or is taken
 */
export function transportNames(name: string, packageName?: string): TransportNames {
  checkName(name);
  const words = name.split('-');
  const pascal = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  const camel = pascal.charAt(0).toLowerCase() + pascal.slice(1);
  const names = { name, camel, pascal, upper: words.join('_').toUpperCase() };
  return Object.freeze({ ...names, package: checkedPackage(packageName ?? `celeriac-transport-${name}`) });
}

function checkName(name: string): void {
  const shown = `The name ${JSON.stringify(name.slice(0, 60))}`;
  if (name.length > MAX_NAME_LENGTH) {
    throw new UsageError(shown, `has more than ${MAX_NAME_LENGTH} characters`, 'Choose a shorter one.');
  }
  if (!/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(name)) {
    const hint = `Use lower-case words joined by hyphens, such as ${suggestion(name)}.`;
    throw new UsageError(shown, 'cannot be the scheme of a URL and the name of a file', hint);
  }
  if (TAKEN.has(name))
    throw new UsageError(shown, 'belongs to a transport of Celeriac', `Choose another, such as my-${name}.`);
}

function suggestion(name: string): string {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .match(/[a-z0-9]+/g);
  const near = (words ?? []).join('-').replace(/^[0-9-]+/, '');
  return near === '' ? 'my-broker' : near.slice(0, MAX_NAME_LENGTH);
}

function checkedPackage(name: string): string {
  const isPossible = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/.test(name);
  if (isPossible && name.length <= MAX_PACKAGE_LENGTH) return name;
  const shown = `The package name ${JSON.stringify(name.slice(0, 60))}`;
  throw new UsageError(shown, 'is none that a registry takes', 'Use lower case, such as @acme/celeriac-transport-x.');
}
