import { getHeapStatistics } from 'node:v8';
import { type AppRuntime, invokeTask, type Outcome } from '@celeriac/core/internal';
import { type RawMessage, toExceptionInfo, tracebackOf } from '@celeriac/protocol';
import { AbortSignals } from '../../execute/abort-signals.ts';
import { isUnreadable, readBody } from '../../execute/read-body.ts';
import type { ChildMessage, ChildSetup, EndedReport, ParentMessage, RunCommand } from './child-messages.ts';
import { loadApp } from './load-app.ts';
import { watchParent } from './parent-watch.ts';

/** How long the shutdown handlers of the app and its connections may take. */
const CLOSE_MS = 1000;
/** How long the last words may take to reach the parent. */
const LAST_WORDS_MS = 500;

/** The life of one pool process: load the app, say so, run what comes, end with the parent. */
export class ChildMain {
  readonly #setup: ChildSetup;
  readonly #signals: AbortSignals = new AbortSignals();
  #runtime: AppRuntime | undefined;
  #ending = false;

  constructor(setup: ChildSetup) {
    this.#setup = setup;
  }

  async start(): Promise<void> {
    this.#installHandlers();
    try {
      this.#runtime = await loadApp(this.#setup.appModule, this.#setup.exportName);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return this.#endAfter({ kind: 'failed', reason }, 1);
    }
    await this.#runtime.signals.workerProcessInit.sendAndWait({ hostname: this.#setup.hostname });
    process.on('message', (message) => this.#receive(message as ParentMessage));
    this.#send({ kind: 'ready', heapLimitBytes: getHeapStatistics().heap_size_limit });
    watchParent();
  }

  /** A terminal sends SIGINT to the whole group, and so do many supervisors with SIGTERM: only the parent decides. */
  #installHandlers(): void {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGQUIT'] as const) process.on(signal, () => {});
    process.on('disconnect', () => void this.#end(0));
    process.on('uncaughtException', (error) => this.#fatal('uncaughtException', error));
    process.on('unhandledRejection', (error) => this.#fatal('unhandledRejection', error));
  }

  #receive(message: ParentMessage): void {
    if (message.kind === 'stop') void this.#end(0);
    else void this.#run(message);
  }

  async #run(command: RunCommand): Promise<void> {
    const report = this.#reportOf(await this.#outcomeOf(command));
    try {
      this.#send(report);
    } catch (error) {
      this.#send({ kind: 'ended', outcome: unsendable(error), encodedValue: undefined });
    }
  }

  async #outcomeOf(command: RunCommand): Promise<Outcome> {
    const runtime = this.#runtime!;
    const { request, body: bytes, contentType, contentEncoding, delivery } = command;
    const message: RawMessage = { body: bytes, contentType, contentEncoding, headers: request.headers, properties: {} };
    const body = readBody(message, request, runtime);
    if (isUnreadable(body)) return body;
    const task = runtime.tasks.get(request.task);
    if (task === undefined) return unknownHere(request.task);
    const { hostname } = this.#setup;
    const environment = { runtime, hostname, isEager: false, abortSignal: this.#signals.of };
    const outcome = await invokeTask({ task, request, body, delivery }, environment);
    this.#signals.forget(request.id);
    return outcome;
  }

  /** Values travel as text: the parent needs them as such, and not everything survives a pipe. */
  #reportOf(outcome: Outcome): EndedReport {
    if (outcome.kind !== 'success') return { kind: 'ended', outcome, encodedValue: undefined };
    const { value, ...rest } = outcome;
    if (outcome.resultText !== undefined) return { kind: 'ended', outcome: rest, encodedValue: undefined };
    try {
      const { serializers, settings } = this.#runtime!;
      const { body } = serializers.encode(value ?? null, settings.resultSerializer);
      return { kind: 'ended', outcome: rest, encodedValue: Buffer.from(body).toString('base64') };
    } catch (error) {
      return { kind: 'ended', outcome: unsendable(error), encodedValue: undefined };
    }
  }

  #send(message: ChildMessage): void {
    if (process.connected) process.send!(message);
  }

  #fatal(kind: string, error: unknown): void {
    if (this.#ending) return;
    process.stderr.write(`${kind} in a pool process: ${tracebackOf(error)}`);
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    this.#endAfter({ kind: 'fatal', reason: `${kind}: ${text}` }, 1);
  }

  #endAfter(message: ChildMessage, exitCode: number): void {
    this.#ending = true;
    setTimeout(() => process.exit(exitCode), LAST_WORDS_MS);
    if (process.connected) process.send!(message, () => process.exit(exitCode));
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
