import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

const STOP_MS = 8_000;

/** How to start a {@link ChildProgram}. */
export interface ProgramPlan {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/** A process whose output is kept. Its stdin stays open for as long as this process lives: at its end it stops. */
export class ChildProgram {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  #output = '';
  #isStopping = false;

  constructor({ command, args, cwd, env }: ProgramPlan) {
    this.#child = spawn(command, args, { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] });
    this.#exited = once(this.#child, 'close').catch((error: unknown) => this.#note(String(error)));
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => this.#note(text));
    }
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Everything it wrote on stdout and stderr. */
  get output(): string {
    return this.#output;
  }

  /** Whether it still runs by its own choice. */
  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Waits until its output matches. @throws {Error} when it ends, or takes longer than `timeoutMs` */
  async saying(pattern: RegExp, timeoutMs: number): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    while (!pattern.test(this.#output)) {
      if (!this.isAlive) throw new Error(`it ended before it said ${pattern}:\n${this.#output}`);
      if (performance.now() > deadline) throw new Error(`it never said ${pattern}:\n${this.#output}`);
      await new Promise((done) => setTimeout(done, 20));
    }
  }

  /** SIGTERM, and SIGKILL for one that does not listen. */
  async stop(): Promise<void> {
    if (this.#isStopping) return;
    this.#isStopping = true;
    this.#child.kill('SIGTERM');
    const impatience = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS);
    await this.#exited;
    clearTimeout(impatience);
  }

  #note(text: string): void {
    this.#output += text;
  }
}
