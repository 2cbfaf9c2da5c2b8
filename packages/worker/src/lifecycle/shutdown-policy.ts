/**
 * How far a worker's end has come. `warm`: running tasks finish; `soft`: they have some time for it; `cancel`: those that can
 * come again are stopped, the others keep their time; `cold`: all are given back or given up; `hard`: nothing is waited for.
 */
export type ShutdownPhase = 'running' | 'warm' | 'soft' | 'cancel' | 'cold' | 'hard';

/** What asks a worker to end. `failure` stands for an error that nobody caught, `SIGHUP` for a restart. */
export type ShutdownCause = 'SIGTERM' | 'SIGINT' | 'SIGQUIT' | 'SIGHUP' | 'failure';

/** Where a worker stands, and what brought it there. */
export interface ShutdownState {
  readonly phase: ShutdownPhase;
  /** It got a SIGINT before: only the second one is impatient. */
  readonly interrupted: boolean;
  /** The cold shutdown was the first thing it was told: it gets one chance more than one that was asked before. */
  readonly isFirstCold: boolean;
}

/** What the settings and the running tasks say. */
export interface ShutdownFacts {
  /** An impatient end is a soft one first. */
  readonly isSoft: boolean;
  /** SIGTERM counts as SIGQUIT. @see celery/platforms.py REMAP_SIGTERM */
  readonly remapsTerm: boolean;
}

export const RUNNING: ShutdownState = Object.freeze({
  phase: 'running',
  interrupted: false,
  isFirstCold: false,
});

type Impatience = 'patient' | 'impatient';

/** The phase that follows. */
const PHASES: { readonly [phase in ShutdownPhase]: { readonly [impatience in Impatience]: ShutdownPhase } } =
  Object.freeze({
    running: { patient: 'warm', impatient: 'cold' },
    warm: { patient: 'warm', impatient: 'cold' },
    soft: { patient: 'soft', impatient: 'cancel' },
    cancel: { patient: 'cancel', impatient: 'hard' },
    cold: { patient: 'cold', impatient: 'hard' },
    hard: { patient: 'hard', impatient: 'hard' },
  });

/** @see celery/apps/worker.py install_worker_int_handler, on_cold_shutdown, during_soft_shutdown, on_hard_shutdown */
export function nextShutdown(
  { phase, interrupted, isFirstCold }: ShutdownState,
  cause: ShutdownCause,
  { isSoft, remapsTerm }: ShutdownFacts,
): ShutdownState {
  const isQuit = cause === 'SIGQUIT' || (cause === 'SIGTERM' && remapsTerm);
  const hasBegunToEnd = phase !== 'running' && phase !== 'warm';
  const isImpatient = isQuit || (cause === 'SIGINT' && (interrupted || hasBegunToEnd));
  const next = PHASES[phase][isImpatient ? 'impatient' : 'patient'];
  const was = { interrupted: interrupted || cause === 'SIGINT', isFirstCold: false };
  if (next === 'cold' && phase !== 'cold') {
    return isSoft ? { ...was, phase: 'soft' } : { ...was, phase: 'cold', isFirstCold: phase === 'running' };
  }
  // The third signal is the hard one.
  if (next === 'hard' && phase === 'cold' && isFirstCold) return { ...was, phase: 'cold' };
  return { ...was, phase: next, isFirstCold: next === 'cold' && isFirstCold };
}
