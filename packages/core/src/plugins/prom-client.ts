/** What of `prom-client` is used; it is the application's to install. */
export interface PromClient {
  readonly Registry: new () => PromRegistry;
  readonly Gauge: new (options: PromOptions) => PromGauge;
  readonly Counter: new (options: PromOptions) => PromCounter;
  readonly Histogram: new (options: PromOptions & { readonly buckets: readonly number[] }) => PromHistogram;
  collectDefaultMetrics(options: { readonly register: PromRegistry }): void;
}

/** Metrics that are read together. */
export interface PromRegistry {
  readonly contentType: string;
  metrics(): Promise<string>;
  setDefaultLabels(labels: PromLabels): void;
}

/** Values by the name of the label. */
export interface PromLabels {
  readonly [name: string]: string;
}

/** How a metric is made. */
export interface PromOptions {
  readonly name: string;
  readonly help: string;
  readonly labelNames?: readonly string[];
  readonly registers: readonly PromRegistry[];
  /** Called when somebody reads it. */
  readonly collect?: () => void;
}

/** A number that goes up and down. */
export interface PromGauge {
  set(value: number): void;
  set(labels: PromLabels, value: number): void;
  reset(): void;
}

/** A number that goes up. */
export interface PromCounter {
  inc(value: number): void;
  inc(labels: PromLabels, value?: number): void;
  reset(): void;
}

/** How values are spread. */
export interface PromHistogram {
  observe(labels: PromLabels, value: number): void;
}
