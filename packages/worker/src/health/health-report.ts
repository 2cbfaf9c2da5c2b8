/** What the health endpoints look at. */
export interface HealthFacts {
  /** Why the consumer reads nothing although it should; undefined when all is well. */
  readonly stall: string | undefined;
  /** It is connected, and the broker has just answered. */
  readonly answers: boolean;
  /** The worker is ending, or has not started yet. */
  readonly phase: 'starting' | 'running' | 'ending';
  readonly hostname: string;
  readonly active: number;
  readonly reserved: number;
}

/** An answer over HTTP. */
export interface HealthAnswer {
  readonly status: 200 | 503;
  readonly body: { readonly [name: string]: unknown };
}

/** Whether the process is worth keeping: its event loop turns, and its consumer does not hang. */
export function liveAnswer({ stall, hostname, phase }: HealthFacts): HealthAnswer {
  return {
    status: stall === undefined ? 200 : 503,
    body: { live: stall === undefined, hostname, phase, ...(stall !== undefined && { reason: stall }) },
  };
}

/** Whether it takes tasks now. */
export function readyAnswer(facts: HealthFacts): HealthAnswer {
  const { stall, answers, phase, hostname, active, reserved } = facts;
  const reason = phase === 'running' ? (answers ? stall : 'the broker does not answer') : `the worker is ${phase}`;
  const ready = reason === undefined;
  return {
    status: ready ? 200 : 503,
    body: { ready, hostname, phase, active, reserved, ...(reason !== undefined && { reason }) },
  };
}
