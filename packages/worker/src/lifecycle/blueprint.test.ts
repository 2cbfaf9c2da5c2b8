import type { Logger } from '@celeriac/protocol';
import { describe, expect, it } from 'vitest';
import { Blueprint } from './blueprint.ts';
import { StartStopStep, Step, type StepClass, stepNameOf } from './step.ts';
import { StepError } from './step-error.ts';

type Trace = string[];

function recorder(lines: string[]): Logger {
  const note = (message: string): void => void lines.push(message);
  return { debug() {}, info() {}, warning: note, error: note, isEnabled: () => false };
}

/** A step that writes down what happens to it; `fails` throws there. */
function traced(name: string, requires: readonly string[], fails?: 'create' | 'start' | 'stop' | 'close'): StepClass {
  return class extends StartStopStep<Trace> {
    static readonly stepName = name;
    static readonly requires = requires;
    #do(what: string, trace: Trace): void {
      trace.push(`${what} ${name}`);
      if (what === fails) throw new Error(`${name} cannot ${what}`);
    }
    override create(trace: Trace): void {
      this.#do('create', trace);
    }
    override async start(trace: Trace): Promise<void> {
      await Promise.resolve();
      this.#do('start', trace);
    }
    override close(trace: Trace): void {
      this.#do('close', trace);
    }
    override stop(trace: Trace): void {
      this.#do('stop', trace);
    }
    override info(): { readonly [name: string]: unknown } {
      return { of: name };
    }
  };
}

const never = new AbortController().signal;

function stage(...steps: readonly StepClass[]) {
  const trace: Trace = [];
  const lines: string[] = [];
  return { trace, lines, blueprint: new Blueprint<Trace>('Test', steps, recorder(lines)) };
}

describe('a blueprint', () => {
  it('creates all, starts in order, stops in reverse, and starts the same steps again', async () => {
    const { trace, blueprint } = stage(traced('b', ['a']), traced('a', []));
    await blueprint.start(trace, never);
    expect(blueprint.info(trace)).toEqual({ a: { of: 'a' }, b: { of: 'b' } });
    await blueprint.stop(trace);
    expect(trace.splice(0)).toEqual(['create a', 'create b', 'start a', 'start b', 'stop b', 'stop a']);
    await blueprint.start(trace, never);
    await blueprint.close(trace);
    await blueprint.close(trace);
    let isOver = false;
    const joined = blueprint.join().then(() => {
      isOver = true;
    });
    await Promise.resolve();
    expect(isOver).toBe(false);
    await blueprint.terminate(trace);
    await joined;
    expect(trace).toEqual(['start a', 'start b', 'close b', 'close a', 'stop b', 'stop a']);
  });

  it('leaves out what does not want to be in it', async () => {
    class Absent extends StartStopStep<Trace> {
      override includeIf(): boolean {
        return false;
      }
      override start(): never {
        throw new Error('It is not there.');
      }
    }
    class Plain extends Step<Trace> {}
    const { trace, blueprint } = stage(Absent, Plain, traced('a', [stepNameOf(Absent)]));
    await blueprint.start(trace, never);
    expect(blueprint.included).toEqual(['plain', 'a']);
  });

  it('stops what was started when a step fails to start', async () => {
    const { trace, blueprint } = stage(traced('a', []), traced('b', ['a'], 'start'), traced('c', ['b']));
    await expect(blueprint.start(trace, never)).rejects.toThrow('b cannot start');
    expect(trace.slice(3)).toEqual(['start a', 'start b', 'stop b', 'stop a']);
    expect(blueprint.state).toBe('stopped');
  });

  it('starts nothing more when it is told to end', async () => {
    const abort = new AbortController();
    class Aborter extends StartStopStep<Trace> {
      override start(): void {
        abort.abort(new Error('enough'));
      }
    }
    const { trace, blueprint } = stage(Aborter, traced('z', []));
    await expect(blueprint.start(trace, abort.signal)).rejects.toThrow('enough');
    expect(trace).toEqual(['create z']);
  });

  it('goes on ending when a step fails to, and says which', async () => {
    const { trace, lines, blueprint } = stage(traced('a', []), traced('b', ['a'], 'stop'), traced('c', ['b'], 'close'));
    await blueprint.start(trace, never);
    await blueprint.close(trace);
    await blueprint.stop(trace);
    expect(trace.slice(6)).toEqual(['close c', 'close b', 'close a', 'stop c', 'stop b', 'stop a']);
    expect(lines).toEqual(['Test: c failed to close: c cannot close', 'Test: b failed to stop: b cannot stop']);
  });

  it('refuses what is no step', () => {
    class Impostor {}
    expect(() => stage(Impostor as unknown as StepClass)).toThrow(StepError);
    expect(() => stage({ name: 'x' } as unknown as StepClass)).toThrow(/"x"|extends none/);
  });
});

describe('stepNameOf', () => {
  it('makes names of classes', () => {
    class HTTPServerStep extends Step<never> {}
    class Named extends Step<never> {
      static readonly stepName = 'other';
    }
    class Heir extends Named {}
    expect([HTTPServerStep, Named, Heir].map(stepNameOf)).toEqual(['httpserver', 'other', 'heir']);
  });
});
