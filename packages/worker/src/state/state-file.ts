import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Logger } from '@celeriac/protocol';
import { decodeState, encodeState, type WorkerState } from './worker-state.ts';

const OWNER_ONLY = 0o600;

/** The file in which a worker keeps its state. */
export class StateFile {
  readonly path: string;
  readonly #logger: Logger;
  #written = '';

  constructor(path: string, logger: Logger) {
    this.path = path;
    this.#logger = logger;
  }

  /**
   * What the file holds; undefined when there is none. One that cannot be understood is moved aside, with a warning.
   * @throws what the file system says: it may not be read, for instance
   */
  async read(): Promise<WorkerState | undefined> {
    let text: string;
    try {
      text = await readFile(this.path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    const state = decodeState(text);
    if (typeof state !== 'string') return state;
    const aside = `${this.path}.broken`;
    await rename(this.path, aside);
    this.#logger.warning(`The state file ${this.path} cannot be used: ${state}. It is ${aside} now; starting without.`);
    return undefined;
  }

  /** Writes the whole state, unless it stands there already. A crash leaves the old file or the new one. @throws what the file system says */
  async write(state: WorkerState): Promise<void> {
    const text = encodeState(state);
    if (text === this.#written) return;
    const part = `${this.path}.part`;
    await mkdir(dirname(this.path), { recursive: true });
    await writeFile(part, text, { mode: OWNER_ONLY });
    await rename(part, this.path);
    this.#written = text;
  }
}
