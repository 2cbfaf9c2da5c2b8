import type { OutgoingMessage } from '@celeriac/transport';
import type { ResultStore } from '../result/result-source.ts';
import type { ApplyOptions } from '../task/apply-options.ts';
import type { AppRuntime } from './app-runtime.ts';

/** The part of an app that talks to broker and result store. Loaded when it is first needed: programs start faster. */
export interface AppEngine extends AppRuntime {
  /** Waits for results. */
  readonly consumer: ResultStore;
  /** Whether a connection was made, or is being made. */
  readonly isConnected: boolean;
  /** Sends any message. */
  publish(message: OutgoingMessage, options: Pick<ApplyOptions, 'retry' | 'retryPolicy'>): Promise<void>;
  /** Drops the waiting messages of queues. Default: all of the app's. @returns how many */
  purge(queues: readonly string[] | undefined): Promise<number>;
  /** Forgets what was made from settings. */
  forgetSettings(): void;
}
