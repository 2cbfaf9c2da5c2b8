/** What the lease thread starts with. */
export interface LeaseThreadData {
  /** URL of the module whose `renewer(options)` is called. */
  readonly module: string;
  readonly options: unknown;
  readonly leaseMs: number;
}

/** What the lease thread reports. */
export type LeaseThreadReport =
  /** It renews from now on. */
  | { readonly kind: 'ready' }
  /** One renewal failed; it goes on trying. */
  | { readonly kind: 'trouble'; readonly reason: string }
  /** The lease ran out. It goes on, for what will be taken next. */
  | { readonly kind: 'lost'; readonly reason: string };

/** What the main thread tells it: close the renewer and end. */
export type LeaseThreadCommand = 'close';
