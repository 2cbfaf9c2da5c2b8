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

/** Other processes were in the way for the whole time that a transaction may wait. */
export class SqlBusyError extends CeleriacError {
  readonly code = 'CLR_SQL_BUSY';
  /** Masked URL. */
  readonly url: string;
  /** How long it was tried, milliseconds. */
  readonly waitedMs: number;

  constructor(url: string, waitedMs: number, options?: CeleriacErrorOptions) {
    super(`Database ${url} was kept by other processes for ${Math.round(waitedMs)} ms.`, {
      hint: 'Look for a program that keeps a transaction open, or raise busy_timeout in the URL.',
      ...options,
    });
    this.url = url;
    this.waitedMs = waitedMs;
  }
}

/** There is no room on the disk (or below a limit of the database) for what was to be written. Nothing was changed. */
export class SqlDiskFullError extends CeleriacError {
  readonly code = 'CLR_SQL_DISK_FULL';
  /** Masked URL. */
  readonly url: string;

  /** @param reason - in the database's own words */
  constructor(url: string, reason: string, options?: CeleriacErrorOptions) {
    super(`Database ${url} cannot grow: ${reason}`, {
      hint: 'Free disk space; reading, and removing what is stored, may still work.',
      ...options,
    });
    this.url = url;
  }
}

/** The server takes no statement of this size. Nothing was changed. */
export class SqlTooLargeError extends CeleriacError {
  readonly code = 'CLR_SQL_TOO_LARGE';
  /** Masked URL. */
  readonly url: string;

  constructor(url: string, reason: string, options?: CeleriacErrorOptions) {
    super(`Database ${url} takes nothing of this size: ${reason}`, options);
    this.url = url;
  }
}

/** It is no database, is damaged, must not be written, or refuses this user. Trying again does not help. */
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
