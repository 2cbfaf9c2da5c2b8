import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Celeriac } from '@celeriac/core';
import { type FleetPlace, fleetOptions } from './fleet-options.ts';

/** A broker, a store and a ledger, and the processes that work on them. */
export class Fleet {
  readonly folder: string;
  readonly place: FleetPlace;
  readonly ledger: string;
  readonly #children: ChildProcess[] = [];
  #output = '';

  private constructor(folder: string, place: FleetPlace) {
    this.folder = folder;
    this.place = place;
    this.ledger = join(folder, 'ledger');
  }

  /** By default the broker is an SQLite file in the folder. */
  static async create(place: Partial<FleetPlace> = {}): Promise<Fleet> {
    const folder = await mkdtemp(join(tmpdir(), 'celeriac-fleet-'));
    const url = `sqlite:///${folder}/fleet.db`;
    return new Fleet(folder, { brokerUrl: url, resultBackend: url, transportOptions: {}, queue: 'celery', ...place });
  }

  /** What all processes wrote to standard output and error. */
  get output(): string {
    return this.#output;
  }

  /** An app in this process that uses the fleet's broker and store. */
  client(): Celeriac {
    return new Celeriac('client', fleetOptions(this.environment));
  }

  /** Environment that points an app at this fleet's broker and store. */
  get environment(): { readonly [name: string]: string } {
    return { FLEET_PLACE: JSON.stringify(this.place) };
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
