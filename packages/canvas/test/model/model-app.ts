import { Celeriac, type ResultNode, type SignatureLike } from '@celeriac/core';
import { silentLogger } from '@celeriac/protocol';
import { chain, chord, group } from '../../src/index.ts';
import { type Flow, type Step, taskValue } from './flow.ts';

type Built = ReturnType<Celeriac['signature']>;

/** The tasks of the model: each tells when it runs. */
export class ModelApp {
  readonly app: Celeriac;
  /** What ran, in the order in which it did. */
  readonly seen: string[] = [];
  /** Before every id, so that runs do not meet. */
  #prefix = '';

  constructor(settings: object) {
    const app = new Celeriac('model', { configFile: false, environment: {}, logger: silentLogger, ...settings });
    this.app = app;
    app.task('model.step', { bind: true, maxRetries: 10 }, (context, ...args: readonly unknown[]): unknown => {
      const spec = args.at(-1) as Step;
      if (context.request.retries < spec.retries) return context.retry({ countdown: 0 });
      // A replacement's last task has the id of the task that it replaces.
      const id = context.request.id.slice(this.#prefix.length);
      this.seen.push(id);
      if (spec.fails) throw new RangeError(id);
      if (spec.by !== undefined) return context.replace(this.build(spec.by));
      return taskValue(id, args.slice(0, -1));
    });
    app.task('model.callback', (_: unknown, id: string) => {
      this.seen.push(id);
    });
    app.task('model.errback', { bind: true }, (_, __: string, id: string) => {
      this.seen.push(id);
    });
    app.task('model.errback_inline', (_: unknown, __: unknown, ___: unknown, id: string) => {
      this.seen.push(id);
    });
  }

  /** A new run: its ids begin with `prefix`. */
  begin(prefix: string): void {
    this.#prefix = prefix;
    this.seen.length = 0;
  }

  async send(flow: Flow): Promise<ResultNode> {
    return this.build(flow).delay();
  }

  build(flow: Flow): Built {
    switch (flow.kind) {
      case 'step':
        return this.#step(flow);
      case 'chain':
        return chain(flow.steps.map((step) => this.build(step))) as Built;
      case 'group':
        return group(
          flow.members.map((member) => this.build(member)),
          { app: this.app },
        ) as unknown as Built;
      case 'chord':
        return chord(
          flow.header.map((member) => this.build(member)),
          this.build(flow.body),
        ) as Built;
    }
  }

  #step(step: Step): Built {
    const { app } = this;
    const links = step.callbacks.map((id) => app.signature('model.callback', { args: [id] }));
    const errbacks: SignatureLike[] = step.errbacks.map(({ id, inline }) =>
      app.signature(inline ? 'model.errback_inline' : 'model.errback', { args: [id] }),
    );
    const options = { taskId: this.#prefix + step.id };
    return app
      .signature('model.step', { args: [step], options, immutable: step.immutable })
      .link(...links)
      .linkError(...errbacks) as Built;
  }
}
