import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { ChildCommand, ChildOrder, ChildReport } from './broker-child.fixture.ts';

/** Processes started by one test, and what they told. */
export class BrokerChildren implements AsyncDisposable {
  readonly sent: string[] = [];
  readonly got: string[] = [];
  readonly failures: string[] = [];
  ready = 0;
  readonly #children: ChildProcess[] = [];

  start(order: ChildOrder): ChildProcess {
    const child = fork(new URL('./broker-child.fixture.ts', import.meta.url), [JSON.stringify(order)], {
      execArgv: ['--conditions=@celeriac/source'],
    });
    child.on('message', (report: ChildReport) => this.#take(report));
    this.#children.push(child);
    return child;
  }

  async stop(): Promise<void> {
    const running = this.#children.filter((child) => child.exitCode === null && child.signalCode === null);
    const ended = running.map((child) => once(child, 'exit'));
    for (const child of running) if (child.connected) child.send('stop' satisfies ChildCommand);
    await Promise.all(ended);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL');
  }

  #take(report: ChildReport): void {
    if (report.kind === 'ready') this.ready++;
    else if (report.kind === 'sent') this.sent.push(...report.bodies);
    else if (report.kind === 'got') this.got.push(...report.bodies);
    else this.failures.push(report.error);
  }
}

/** Looks until it holds. @throws {Error} when it does not by then */
export async function eventually(
  what: string,
  timeoutMs: number,
  holds: () => boolean | Promise<boolean>,
): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await delay(5);
  }
}
