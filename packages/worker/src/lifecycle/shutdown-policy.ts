/** How far a worker's end has come. `warm`: running tasks finish; `cold`: they are given back or given up. */
export type ShutdownPhase = 'running' | 'warm' | 'cold';

/** What asks a worker to end. `failure` stands for an error that nobody caught. */
export type ShutdownCause = 'SIGTERM' | 'SIGINT' | 'SIGQUIT' | 'failure';

/** Where a worker stands, and whether it was interrupted before: only the second SIGINT is impatient. */
export interface ShutdownState {
  readonly phase: ShutdownPhase;
  readonly interrupted: boolean;
}

export const RUNNING: ShutdownState = Object.freeze({ phase: 'running', interrupted: false });

/** The phase that follows, by phase and cause; for SIGINT the first and every later one. */
const PHASES: {
  readonly [phase in ShutdownPhase]: { readonly [cause in ShutdownCause | 'SIGINT again']: ShutdownPhase };
} = Object.freeze({
  running: { SIGTERM: 'warm', SIGINT: 'warm', 'SIGINT again': 'cold', SIGQUIT: 'cold', failure: 'warm' },
  warm: { SIGTERM: 'warm', SIGINT: 'warm', 'SIGINT again': 'cold', SIGQUIT: 'cold', failure: 'warm' },
  cold: { SIGTERM: 'cold', SIGINT: 'cold', 'SIGINT again': 'cold', SIGQUIT: 'cold', failure: 'cold' },
});

/** @see celery/apps/worker.py install_worker_int_handler, install_worker_term_handler, install_worker_term_hard_handler */
export function nextShutdown(state: ShutdownState, cause: ShutdownCause): ShutdownState {
  const isSecond = cause === 'SIGINT' && state.interrupted;
  return {
    phase: PHASES[state.phase][isSecond ? 'SIGINT again' : cause],
    interrupted: state.interrupted || cause === 'SIGINT',
  };
}
