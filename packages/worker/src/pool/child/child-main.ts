import { getHeapStatistics } from 'node:v8';
import { type AppRuntime, invokeTask, type Outcome, redirectOutput, writePast } from '@celeriac/core/internal';
import { decodeMessageBody, readTaskRequest, toExceptionInfo, tracebackOf } from '@celeriac/protocol';
import { isUnreadable, readBody } from '../../execute/read-body.ts';
import { RunSignals } from '../../execute/run-signals.ts';
import { Deadlines } from '../../limits/deadlines.ts';
import type { ChildLink } from './child-link.ts';
import type { ChildSetup, EndedReport, ParentMessage, RunCommand } from './child-messages.ts';
import type { Claims } from './claims.ts';
import { loadApp } from './load-app.ts';

/** How long the shutdown handlers of the app and its connections may take. */
const CLOSE_MS = 1000;
/** How long the last words may take to reach the parent. */
const LAST_WORDS_MS = 500;

/** What a child is made of. */
export interface ChildParts {
  readonly setup: ChildSetup;
  readonly link: ChildLink;
  readonly claims: Claims;
}

interface Expiry {
  readonly id: string;
  readonly label: string;
  readonly limitMs: number;
}

/** The life of one process or thread of a pool: load the app, say so, run what comes, end with the parent. */
export class ChildMain {
  readonly #setup: ChildSetup;
  readonly #link: ChildLink;
  readonly #claims: Claims;
  readonly #signals: RunSignals = new RunSignals();
  /** Tasks that wait for a place here. */
  readonly #backlog: RunCommand[] = [];
  /** Task ids of the jobs that run. */
  readonly #running: Map<number, string> = new Map();
  #runtime: AppRuntime | undefined;
  #softLimits: Deadlines<Expiry> | undefined;
  #ending = false;

  constructor({ setup, link, claims }: ChildParts) {
    this.#setup = setup;
    this.#link = link;
    this.#claims = claims;
  }

  /** @param watch - begins to watch over the parent */
  async start(watch: () => void): Promise<void> {
    this.#link.onClosed(() => void this.#end(0));
    process.on('uncaughtException', (error) => this.#fatal('uncaughtException', error));
    process.on('unhandledRejection', (error) => this.#fatal('unhandledRejection', error));
    try {
      this.#runtime = await loadApp(this.#setup.appModule, this.#setup.exportName);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return this.#endAfter({ kind: 'failed', reason }, 1);
    }
    const { settings, logger } = this.#runtime;
    if (settings.workerRedirectStdouts) redirectOutput(logger, settings.workerRedirectStdoutsLevel);
    await this.#runtime.signals.workerProcessInit.sendAndWait({ hostname: this.#setup.hostname });
    this.#softLimits = new Deadlines(this.#runtime.clock, (expiry) => this.#expire(expiry));
    this.#link.onMessage((message) => this.#receive(message));
    this.#link.send({ kind: 'ready', heapLimitBytes: getHeapStatistics().heap_size_limit });
    watch();
  }

  #receive(message: ParentMessage): void {
    if (message.kind === 'stop') void this.#end(0);
    else if (message.kind === 'run') {
      this.#backlog.push(...message.runs);
      this.#runNext();
    } else {
      const id = this.#running.get(message.job);
      if (id === undefined) return;
      if (message.why === 'soft-limit') this.#signals.expire(id, 0);
      else this.#signals.abort(id, new Error('The task was terminated.'));
    }
  }

  #runNext(): void {
    while (this.#running.size < this.#setup.concurrency) {
      const command = this.#backlog.shift();
      if (command === undefined) return;
      if (this.#claims.start(command.job)) void this.#run(command);
    }
  }

  async #run(command: RunCommand): Promise<void> {
    const { job } = command;
    this.#running.set(job, '');
    const report = this.#reportOf(job, await this.#outcomeOf(command));
    this.#running.delete(job);
    try {
      this.#link.send(report);
    } catch (error) {
      this.#link.send({ ...report, outcome: unsendable(error), encodedValue: undefined });
    }
    this.#runNext();
  }

  async #outcomeOf(command: RunCommand): Promise<Outcome> {
    const runtime = this.#runtime!;
    const { job, message, delivery, softMs } = command;
    let id = '';
    try {
      const request = readTaskRequest(message, () => decodeMessageBody(message, runtime), runtime.limits);
      const body = readBody(message, request, runtime);
      if (isUnreadable(body)) return body;
      const task = runtime.tasks.get(request.task);
      if (task === undefined) return unknownHere(request.task);
      const { hostname } = this.#setup;
      const environment = { runtime, hostname, isEager: false, abortSignal: this.#signals.of };
      id = request.id;
      this.#running.set(job, id);
      if (softMs !== undefined) {
        this.#softLimits!.add(String(job), softMs, { id, label: `${request.task}[${id}]`, limitMs: softMs });
      }
      return await invokeTask({ task, request, body, delivery, softLimitMs: softMs }, environment);
    } catch (error) {
      return unsendable(error);
    } finally {
      this.#signals.forget(id);
      if (softMs !== undefined) this.#softLimits!.remove(String(job));
    }
  }

  #expire({ id, label, limitMs }: Expiry): void {
    this.#runtime!.logger.warning(`Soft time limit (${limitMs / 1000}s) exceeded for ${label}`);
    this.#signals.expire(id, limitMs);
  }

  /** Values travel as text: the parent needs them as such, and not everything survives a pipe. */
  #reportOf(job: number, outcome: Outcome): EndedReport {
    const memoryBytes = this.#setup.reportsMemory ? process.memoryUsage.rss() : undefined;
    const report = { kind: 'ended', job, encodedValue: undefined, memoryBytes } as const;
    if (outcome.kind !== 'success') return { ...report, outcome };
    const { value, ...rest } = outcome;
    if (outcome.resultText !== undefined) return { ...report, outcome: rest };
    try {
      const { serializers, settings } = this.#runtime!;
      const { body } = serializers.encode(value ?? null, settings.resultSerializer);
      return { ...report, outcome: rest, encodedValue: Buffer.from(body).toString('base64') };
    } catch (error) {
      return { ...report, outcome: unsendable(error) };
    }
  }

  #fatal(kind: string, error: unknown): void {
    if (this.#ending) return;
    writePast(process.stderr, `${kind} in a pool process: ${tracebackOf(error)}`);
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    this.#endAfter({ kind: 'fatal', reason: `${kind}: ${text}` }, 1);
  }

  #endAfter(message: Parameters<ChildLink['sendLast']>[0], exitCode: number): void {
    this.#ending = true;
    setTimeout(() => process.exit(exitCode), LAST_WORDS_MS);
    this.#link.sendLast(message, () => process.exit(exitCode));
  }

  async #end(exitCode: number): Promise<void> {
    if (this.#ending) return;
    this.#ending = true;
    setTimeout(() => process.exit(exitCode), CLOSE_MS);
    this.#signals.abortAll(new Error('The worker is shutting down.'));
    const runtime = this.#runtime;
    if (runtime !== undefined) {
      await runtime.signals.workerProcessShutdown.sendAndWait({ hostname: this.#setup.hostname, exitCode });
      await runtime.close();
    }
    process.exit(exitCode);
  }
}

function unsendable(error: unknown): Outcome {
  return {
    kind: 'failure',
    exception: toExceptionInfo(error),
    traceback: tracebackOf(error),
    expected: false,
    cause: 'error',
    children: [],
    embed: undefined,
    runtimeMs: 0,
  };
}

/** The parent knew it, so the module does not define the same tasks every time it is loaded. */
function unknownHere(task: string): Outcome {
  return unsendable(
    new Error(`The pool process did not register the task ${JSON.stringify(task)}, though its parent did.`),
  );
}
