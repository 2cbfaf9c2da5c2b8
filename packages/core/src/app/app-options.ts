import type { BackendPlugin } from '@celeriac/backend';
import type { Clock, Compression, Logger, Serializer } from '@celeriac/protocol';
import type { PublishRetryPolicy, TransportPlugin } from '@celeriac/transport';
import type { Settings } from '../settings/settings.ts';
import type { BaseTaskClass } from '../task/base-task.ts';

/** Settings as they are given in code: any of them, null for "not set". */
export type SettingsInput = {
  readonly [Name in keyof Omit<Settings, 'taskPublishRetryPolicy'>]?: Settings[Name] | null;
} & {
  /** Short for `brokerUrl`; or a plugin, whose broker needs no URL. */
  readonly broker?: string | readonly string[] | TransportPlugin;
  /** Short for `resultBackend`; or a plugin. */
  readonly backend?: string | BackendPlugin | null;
  /** What is left out is as by default. */
  readonly taskPublishRetryPolicy?: Partial<PublishRetryPolicy>;
};

/** Options of `new Celeriac(name, options)`: settings, and what settings cannot say. */
export type CeleriacOptions = SettingsInput & {
  /** Default: the machine's time. */
  readonly clock?: Clock;
  /** Default: standard error, by `logLevel` and `logFormat`. */
  readonly logger?: Logger;
  /** More serializers, msgpack's for instance. */
  readonly serializers?: readonly Serializer[];
  /** More compressions. */
  readonly compressions?: readonly Compression[];
  /**
   * Where packages, task modules and `celeriac.config.ts` are looked up. Default: the folder of the nearest `package.json`
   * above the program, else above the working directory.
   */
  readonly applicationFolder?: string;
  /** Another configuration file, from that folder; false for none. */
  readonly configFile?: string | false;
  /** Whether this app is what `currentApp()` gives from now on. Default true. */
  readonly setAsCurrent?: boolean;
  /** The class of tasks that say none. @see celery/app/base.py task_cls */
  readonly taskClass?: BaseTaskClass;
  /** Whether arguments of calls are checked before they are sent, where a task does not say (`typing`). Default true. */
  readonly strictTyping?: boolean;
  /** Environment variables to read. Default: the process's. */
  readonly environment?: { readonly [name: string]: string | undefined };
};
