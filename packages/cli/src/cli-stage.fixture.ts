import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const packageFolder = dirname(dirname(fileURLToPath(import.meta.url)));
const launcher = join(packageFolder, 'bin', 'celeriac.js');
/** Of util-linux: runs a command on a terminal of its own. */
export const TERMINAL: string = 'script';
const PATIENCE_MS = 20_000;

/** What a command left behind. */
export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A project in a folder of its own, with the real command to run in it. */
export class CliStage {
  readonly folder: string;
  /** The command's file. */
  readonly launcher: string = launcher;
  readonly #running: Set<RunningCommand> = new Set();

  /** @param installed - the packages of this workspace can be imported. Default true */
  constructor(installed = true) {
    this.folder = realpathSync(mkdtempSync(join(tmpdir(), 'celeriac-cli-')));
    if (installed) symlinkSync(join(packageFolder, 'node_modules'), join(this.folder, 'node_modules'));
  }

  write(name: string, text: string): string {
    const file = join(this.folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }

  /** Starts `celeriac …` with nothing on its stdin. */
  start(args: readonly string[], env: NodeJS.ProcessEnv = {}): RunningCommand {
    const child = spawn(process.execPath, ['--conditions=@celeriac/source', launcher, ...args], {
      cwd: this.folder,
      env: { ...cleanEnvironment(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return this.#keep(new RunningCommand(child, args));
  }

  /** Starts `celeriac …` on a terminal of its own; both outputs come as stdout. */
  startOnTerminal(args: readonly string[]): RunningCommand {
    const words = [process.execPath, '--conditions=@celeriac/source', launcher, ...args];
    const line = words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
    const child = spawn(TERMINAL, ['-qec', line, '/dev/null'], {
      cwd: this.folder,
      env: { ...cleanEnvironment(), TERM: 'xterm' },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    return this.#keep(new RunningCommand(child, args));
  }

  /** Runs `celeriac …` to its end. */
  run(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Finished> {
    return this.start(args, env).exit;
  }

  #keep(running: RunningCommand): RunningCommand {
    this.#running.add(running);
    void running.exit.then(() => this.#running.delete(running));
    return running;
  }

  /** Ends what still runs and removes the folder. */
  async close(): Promise<void> {
    const left = [...this.#running];
    for (const running of left) running.kill('SIGKILL');
    await Promise.all(left.map(({ exit }) => exit));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A command that was started. */
export class RunningCommand {
  /** Resolves when it has ended and everything it wrote was read. */
  readonly exit: Promise<Finished>;
  readonly #child: ChildProcess;
  readonly #name: string;
  readonly #looks: Set<() => void> = new Set();
  #stdout = '';
  #stderr = '';

  constructor(child: ChildProcess, args: readonly string[]) {
    this.#child = child;
    this.#name = args.join(' ');
    child.stdout?.setEncoding('utf8').on('data', (text: string) => this.#took(text, ''));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => this.#took('', text));
    this.exit = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => {
        resolve({ code, signal, stdout: this.#stdout, stderr: this.#stderr });
        this.#took('', '');
      });
    });
  }

  /** Types something. */
  type(text: string): void {
    this.#child.stdin?.write(text);
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Resolves when something matching was written to stdout or stderr. */
  async output(pattern: RegExp): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = (): void => {
      if (pattern.test(this.#stdout) || pattern.test(this.#stderr)) resolve();
      else if (this.#child.exitCode !== null || this.#child.signalCode !== null) reject(this.#unseen(pattern));
    };
    const timer = setTimeout(() => reject(this.#unseen(pattern)), PATIENCE_MS);
    this.#looks.add(look);
    try {
      look();
      await promise;
    } finally {
      clearTimeout(timer);
      this.#looks.delete(look);
    }
  }

  #took(stdout: string, stderr: string): void {
    this.#stdout += stdout;
    this.#stderr += stderr;
    for (const look of [...this.#looks]) look();
  }

  #unseen(pattern: RegExp): Error {
    return new Error(`celeriac ${this.#name} wrote no ${pattern}; it wrote:\n${this.#stdout}\n${this.#stderr}`);
  }
}

/** Without what the machine at hand or the test runner adds. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const wanted = Object.entries(process.env).filter(
    ([name]) => !/^(CELERY|CELERIAC|NODE_OPTIONS|NODE_PATH|NO_COLOR|FORCE_COLOR|VITEST|NODE_ENV)/.test(name),
  );
  return Object.fromEntries(wanted);
}
