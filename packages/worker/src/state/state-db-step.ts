import type { Clock, Timer } from '@celeriac/protocol';
import { StartStopStep } from '../lifecycle/step.ts';
import type { WorkerInternals } from '../lifecycle/worker-internals.ts';
import { WorkerOptionError } from '../lifecycle/worker-option-error.ts';
import { StateFile } from './state-file.ts';

/** Pause between two writes, since a process that is killed writes nothing. */
const SAVE_MS = 60_000;

/**
 * `state-db`: revoked tasks and the logical clock survive a restart, in a file.
 * @see celery/worker/components.py StateDB, celery/worker/state.py Persistent
 */
export class StateDbStep extends StartStopStep<WorkerInternals> {
  static readonly stepName = 'state-db';
  #file: StateFile | undefined;
  #timer: Timer | undefined;
  /** Writes, one after the other. */
  #saving: Promise<void> = Promise.resolve();
  #isStopped = false;

  override includeIf({ options }: WorkerInternals): boolean {
    return options.stateDb !== undefined;
  }

  /** @throws {WorkerOptionError} when the file cannot be read or written */
  override async start(worker: WorkerInternals): Promise<void> {
    const { runtime, options, pipeline } = worker;
    const path = options.stateDb!;
    this.#file = new StateFile(path, runtime.logger);
    try {
      const state = await this.#file.read();
      if (state !== undefined) {
        runtime.lamport.adjust(state.clock);
        const shiftMs = shiftOf(runtime.clock);
        pipeline.learnRevoked(new Map(Array.from(state.revoked, ([id, atMs]) => [id, atMs - shiftMs])));
      }
      await this.#save(worker);
    } catch (error) {
      const reason = (error as NodeJS.ErrnoException).code ?? String(error);
      throw new WorkerOptionError('stateDb', path, `must be a file that can be read and written (${reason})`);
    }
    this.#isStopped = false;
    this.#plan(worker);
  }

  override async stop(worker: WorkerInternals): Promise<void> {
    this.#isStopped = true;
    this.#timer?.cancel();
    await this.#saveOrWarn(worker);
  }

  #plan(worker: WorkerInternals): void {
    if (this.#isStopped) return;
    this.#timer = worker.runtime.clock.setTimer(SAVE_MS, () => {
      void this.#saveOrWarn(worker).then(() => this.#plan(worker));
    });
  }

  #saveOrWarn(worker: WorkerInternals): Promise<void> {
    this.#saving = this.#saving
      .then(() => this.#save(worker))
      .catch((error: unknown) => {
        worker.runtime.logger.warning(`The state file ${this.#file?.path} could not be written`, { error });
      });
    return this.#saving;
  }

  async #save({ runtime, pipeline }: WorkerInternals): Promise<void> {
    const { clock, lamport } = runtime;
    const shiftMs = shiftOf(clock);
    const revoked = new Map(Array.from(pipeline.revokedIds, ([id, atMs]) => [id, Math.round(atMs + shiftMs)]));
    await this.#file?.write({ clock: lamport.value, revoked });
  }
}

/** What to add to a time of the clock that never jumps: its counts do not hold over a restart. */
function shiftOf(clock: Clock): number {
  return clock.now() - clock.monotonic();
}
