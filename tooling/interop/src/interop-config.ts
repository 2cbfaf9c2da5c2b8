/** What all programs of one setup share; they get it as JSON in `INTEROP_CONFIG`. */
export interface InteropConfig {
  readonly broker: string;
  readonly backend: string;
  /** The queue of the Python worker. */
  readonly pythonQueue: string;
  /** The queue of the Celeriac worker. */
  readonly celeriacQueue: string;
  /** What queues declare as `x-max-priority`; null where the broker has priorities by itself. */
  readonly maxPriority: number | null;
  /** Whether queues are quorum queues behind topic exchanges. */
  readonly quorum?: true;
  /** Name of the exchanges of remote control: workers of other setups do not hear. */
  readonly controlExchange: string;
  /** Name of the exchange of events. Default: Celery's own. */
  readonly eventExchange?: string;
  /** A folder where tasks leave notes for the test to see. */
  readonly notes: string;
}

/** Of the program's own environment. */
export function configOfEnvironment(): InteropConfig {
  return JSON.parse(process.env['INTEROP_CONFIG'] ?? '') as InteropConfig;
}
