import type { Clock, Compression, Logger, Serializer } from '@celeriac/protocol';
import { AppSteps } from '../app/app-steps.ts';
import { ControlCommands } from '../control/control-commands.ts';
import { RunMiddlewares } from '../execute/run-middleware.ts';
import { makeLogger } from '../logging/make-logger.ts';
import { PeriodicTasks } from '../periodic/periodic-tasks.ts';
import { ErrorRegistry } from '../result/failure-error.ts';
import { ConfigurationError } from '../settings/configuration-error.ts';
import type { Settings } from '../settings/settings.ts';
import { Signals } from '../signals/signals.ts';
import { AppTasks } from '../task/app-tasks.ts';
import type { AppEngine } from './app-engine.ts';
import { Lazy } from './lazy.ts';
import { type OverridingParts, overriddenSettings } from './overriding-parts.ts';

/** What an app is made from. */
export interface AppParts {
  readonly name: string;
  /** Settles the settings, from all sources. */
  readonly settings: () => Settings;
  /** Adds settings that win over all others. */
  readonly configureAbove: (settings: object) => void;
  readonly clock: Clock;
  /** Default: standard error, as the settings say. */
  readonly logger: Logger | undefined;
  readonly serializers: readonly Serializer[];
  readonly compressions: readonly Compression[];
  /** The application's folder. */
  readonly folder: () => string;
  readonly loadTasks: (settings: Settings) => Promise<void>;
  /** Whether arguments of calls are checked where a task does not say. */
  readonly typing: boolean;
}

/** What an app is before it sends or runs anything: definitions and settings. */
export class AppState {
  readonly name: string;
  readonly tasks: AppTasks;
  readonly signals: Signals;
  readonly steps: AppSteps = new AppSteps();
  readonly middleware: RunMiddlewares = new RunMiddlewares();
  readonly serializers: readonly Serializer[];
  readonly compressions: readonly Compression[];
  readonly errors: ErrorRegistry = new ErrorRegistry();
  readonly periodic: PeriodicTasks = new PeriodicTasks();
  readonly controlCommands: ControlCommands = new ControlCommands();
  readonly folder: () => string;
  /** Everything else; made when it is first needed. */
  engine: AppEngine | undefined;
  readonly #clock: Clock;
  readonly #settings: Lazy<Settings>;
  readonly #logger: Lazy<Logger>;
  readonly #loadTasks: (settings: Settings) => Promise<void>;
  #overriding: OverridingParts | undefined;
  /** Takes what handlers say while the log is being set up. */
  #settingUp: Logger | undefined;

  /** Adds settings that win over all others; see {@link change}. */
  readonly configureAbove: (settings: object) => void;

  constructor({
    name,
    settings,
    configureAbove,
    clock,
    logger,
    serializers,
    compressions,
    folder,
    loadTasks,
    typing,
  }: AppParts) {
    this.name = name;
    this.#clock = clock;
    this.folder = folder;
    this.serializers = serializers;
    this.compressions = compressions;
    this.tasks = new AppTasks(() => this.settings, typing);
    this.signals = new Signals(() => this.#settingUp ?? this.logger);
    this.#settings = new Lazy(() => overriddenSettings(settings(), this.#overriding));
    this.#logger = new Lazy(() => logger ?? this.#setUpLogger());
    this.#loadTasks = loadTasks;
    this.configureAbove = (above) => this.change(() => configureAbove(above));
  }

  get clock(): Clock {
    return this.#overriding?.clock ?? this.#clock;
  }

  /** Other parts stand in for the app's own. */
  get isOverridden(): boolean {
    return this.#overriding !== undefined;
  }

  get settings(): Settings {
    return this.#settings.value;
  }

  get logger(): Logger {
    return this.#logger.value;
  }

  loadTasks(): Promise<void> {
    return this.#loadTasks(this.settings);
  }

  /** Puts other parts in place of the app's own, undefined for these again. What was made from the old ones is forgotten. */
  override(parts: OverridingParts | undefined): void {
    this.#overriding = parts;
    this.engine = undefined;
    this.forgetSettings();
  }

  /**
   * Changes settings.
   * @throws {ConfigurationError} when the app is connected; what the change throws
   */
  change(change: () => void): void {
    if (this.engine?.isConnected) {
      throw new ConfigurationError(`The app "${this.name}"`, 'cannot be configured any more: it is connected', {
        hint: 'Configure it first, or close it.',
      });
    }
    change();
    this.forgetSettings();
  }

  /** Settings have changed: everything made from the old ones is forgotten. */
  forgetSettings(): void {
    this.#settings.reset();
    this.#logger.reset();
    this.tasks.reset();
    this.engine?.forgetSettings();
  }

  #setUpLogger(): Logger {
    const { logLevel: level, logFormat: format } = this.settings;
    let chosen = makeLogger(this.settings, this.clock);
    this.#settingUp = chosen;
    const use = (logger: Logger): void => {
      chosen = logger;
    };
    this.signals.setupLogging.send({ level, format, use });
    this.signals.afterSetupLogger.send({ logger: chosen });
    this.#settingUp = undefined;
    return chosen;
  }
}
