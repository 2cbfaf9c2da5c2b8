import { CeleriacError, type CeleriacErrorOptions } from '@celeriac/protocol';

/** The package that speaks to this kind of database is not installed. */
export class SqlDriverMissingError extends CeleriacError {
  readonly code = 'CLR_SQL_DRIVER_MISSING';
  /** The npm package to install. */
  readonly packageName: string;

  constructor(packageName: string, databaseName: string, options?: CeleriacErrorOptions) {
    super(`${databaseName} needs the package ${packageName}, which is not installed.`, {
      hint: `Run: npm install ${packageName} (or pnpm add, yarn add)`,
      ...options,
    });
    this.packageName = packageName;
  }
}

/** The database cannot be opened or used now; the same call may go through later. */
export class SqlUnavailableError extends CeleriacError {
  readonly code = 'CLR_SQL_UNAVAILABLE';
  /** Masked URL. */
  readonly url: string;

  constructor(url: string, reason: string, options?: CeleriacErrorOptions) {
    super(`Database ${url} is not available: ${reason}`, options);
    this.url = url;
  }
}

/** Other processes held the write lock for the whole time that a transaction may wait. */
export class SqlBusyError extends CeleriacError {
  readonly code = 'CLR_SQL_BUSY';
  /** Masked URL. */
  readonly url: string;
  /** How long it was tried, milliseconds. */
  readonly waitedMs: number;

  constructor(url: string, waitedMs: number, options?: CeleriacErrorOptions) {
    super(`Database ${url} was locked by other processes for ${Math.round(waitedMs)} ms.`, {
      hint: 'Look for a program that keeps a transaction open, or raise busy_timeout in the URL.',
      ...options,
    });
    this.url = url;
    this.waitedMs = waitedMs;
  }
}

/** There is no room on the disk (or below SQLite's page limit) for what was to be written. Nothing was changed. */
export class SqlDiskFullError extends CeleriacError {
  readonly code = 'CLR_SQL_DISK_FULL';
  /** Masked URL. */
  readonly url: string;

  constructor(url: string, options?: CeleriacErrorOptions) {
    super(`Database ${url} cannot grow: the disk is full (SQLITE_FULL).`, {
      hint: 'Free disk space; reading, and removing what is stored, may still work.',
      ...options,
    });
    this.url = url;
  }
}

/** The file is no database, is damaged, or must not be written. Trying again does not help. */
export class SqlUnusableError extends CeleriacError {
  readonly code = 'CLR_SQL_UNUSABLE';
  /** Masked URL. */
  readonly url: string;

  constructor(url: string, reason: string, options?: CeleriacErrorOptions) {
    super(`Database ${url} cannot be used: ${reason}`, options);
    this.url = url;
  }
}

/** The tables in the database do not fit this version of the package. */
export class SqlMigrationError extends CeleriacError {
  readonly code = 'CLR_SQL_MIGRATION';
  /** Whose tables: `transport`, `backend`. */
  readonly owner: string;

  constructor(owner: string, problem: string, options?: CeleriacErrorOptions) {
    super(`Tables of the ${owner}: ${problem}`, options);
    this.owner = owner;
  }
}
