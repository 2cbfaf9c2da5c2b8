import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A folder with a database and a ledger, and the processes that work on them. */
export class Fleet {
  readonly folder: string;
  readonly url: string;
  readonly ledger: string;
  readonly #transportOptions: object;
  readonly #children: ChildProcess[] = [];
  #output = '';

  private constructor(folder: string, transportOptions: object) {
    this.folder = folder;
    this.url = `sqlite:///${folder}/fleet.db`;
    this.ledger = join(folder, 'ledger');
    this.#transportOptions = transportOptions;
  }

  static async create(transportOptions: object = {}): Promise<Fleet> {
    return new Fleet(await mkdtemp(join(tmpdir(), 'celeriac-fleet-')), transportOptions);
  }

  /** What all processes wrote to standard output and error. */
  get output(): string {
    return this.#output;
  }

  /** Environment that points an app at this fleet's database. */
  get environment(): { readonly [name: string]: string } {
    return {
      CELERY_BROKER_URL: this.url,
      CELERY_RESULT_BACKEND: this.url,
      FLEET_TRANSPORT_OPTIONS: JSON.stringify(this.#transportOptions),
    };
  }

  /** Starts a worker; resolves when it is ready. */
  async worker(concurrency = 4): Promise<ChildProcess> {
    const child = this.start('worker-main.ts', [String(concurrency)]);
    await firstMessage(child);
    return child;
  }

  /** Sends tasks from a process of its own and reads all results back. */
  async sender(from: number, count: number): Promise<{ accepted: number; wrong: number[] }> {
    const child = this.start('sender-main.ts', [String(from), String(count), this.ledger]);
    return (await firstMessage(child)) as { accepted: number; wrong: number[] };
  }

  start(script: string, args: readonly string[]): ChildProcess {
    const path = fileURLToPath(new URL(`./${script}`, import.meta.url));
    const child = fork(path, [...args], {
      execArgv: ['--conditions=@celeriac/source'],
      env: { ...process.env, ...this.environment },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => (this.#output += chunk.toString()));
    this.#children.push(child);
    return child;
  }

  /** The ids in the ledger, one for each run. */
  async runs(): Promise<readonly string[]> {
    const text = await readFile(this.ledger, 'utf8').catch(() => '');
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split(' ')[0]!);
  }

  /** Ends what still runs and removes the folder. */
  async end(): Promise<void> {
    await Promise.all(this.#children.map(endOf));
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** The first message of a child. @throws when it exits without one */
async function firstMessage(child: ChildProcess): Promise<unknown> {
  const ended = new AbortController();
  child.once('exit', (code, signal) =>
    ended.abort(new Error(`A process of the fleet ended with ${code ?? signal} before it said anything.`)),
  );
  try {
    const [message] = (await once(child, 'message', { signal: ended.signal })) as [unknown];
    return message;
  } catch (error) {
    throw ended.signal.aborted ? ended.signal.reason : error;
  }
}

async function endOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const patience = setTimeout(() => child.kill('SIGKILL'), 15_000);
  await exited;
  clearTimeout(patience);
}
