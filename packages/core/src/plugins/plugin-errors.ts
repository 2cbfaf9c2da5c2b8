import { CeleriacError } from '@celeriac/protocol/basics';

/** The package that serves a broker URL is not installed. */
export class TransportNotInstalledError extends CeleriacError {
  readonly code = 'CLR_TRANSPORT_NOT_INSTALLED';
  readonly packageName: string;

  /** @param url - masked */
  constructor(url: string, packageName: string, command: string, options?: ErrorOptions) {
    super(`No transport is installed for ${url}.`, { ...options, hint: `Run: ${command}` });
    this.packageName = packageName;
  }
}

/** The package that serves the URL of a result store is not installed. */
export class BackendNotInstalledError extends CeleriacError {
  readonly code = 'CLR_BACKEND_NOT_INSTALLED';
  readonly packageName: string;

  /** @param url - masked */
  constructor(url: string, packageName: string, command: string, options?: ErrorOptions) {
    super(`No result store is installed for ${url}.`, { ...options, hint: `Run: ${command}` });
    this.packageName = packageName;
  }
}

/** Something was asked for that needs a package which the application has not installed. */
export class PackageNotInstalledError extends CeleriacError {
  readonly code = 'CLR_PACKAGE_NOT_INSTALLED';
  readonly packageName: string;

  constructor(packageName: string, purpose: string, command: string, options?: ErrorOptions) {
    super(`${purpose} needs the package ${packageName}, which is not installed.`, {
      ...options,
      hint: `Run: ${command}`,
    });
    this.packageName = packageName;
  }
}

/** A package is installed, but cannot be used as a plugin. */
export class PluginLoadError extends CeleriacError {
  readonly code = 'CLR_PLUGIN_LOAD';
  readonly packageName: string;

  constructor(packageName: string, reason: string, options?: ErrorOptions) {
    super(`The package ${packageName} cannot be loaded: ${reason}`, options);
    this.packageName = packageName;
  }
}
