import { type ChordFlow, type Errback, type Flow, type Step, taskValue } from './flow.ts';

/** What a workflow must come to. */
export interface Expected {
  /** How every task ends, by id; those that nobody ever sends are absent. */
  readonly ends: ReadonlyMap<string, End>;
  /** What is seen to run, once each: tasks, callbacks, errbacks. */
  readonly runs: readonly string[];
  /** Pairs of what is seen: the first comes before the second. */
  readonly order: readonly (readonly [string, string])[];
  /** The outcome: one for each task that gives the result. */
  readonly parts: readonly Part[];
  /** Whether the result is that of a group. */
  readonly isMany: boolean;
}

/** How one task ends. */
export type End = { readonly value: unknown } | { readonly error: Failure };

export interface Failure {
  readonly type: string;
  readonly message: string;
}

/** The end of a task that gives a result. */
export interface Part {
  readonly id: string;
  readonly end: End;
}

type Input = { readonly value: unknown } | undefined;

/** What a part of a workflow came to. */
interface Came {
  readonly parts: readonly Part[];
  /** It failed before the tasks that give its result were sent, or the one task that gives it failed. */
  readonly failed: Failure | undefined;
}

/** Interprets a workflow. It knows nothing of messages, brokers and stores. */
export function interpret(flow: Flow): Expected {
  const run = new Interpreter();
  const { parts } = run.flow(normal(flow), undefined, []);
  return { ends: run.ends, runs: run.runs, order: run.order, parts, isMany: isMany(normal(flow)) };
}

/** Chains without chains in them; what follows a group waits for it, what follows a chord follows its body. */
function normal(flow: Flow): Flow {
  switch (flow.kind) {
    case 'step':
      return flow;
    case 'group':
      return { kind: 'group', members: flow.members.map(normal) };
    case 'chord':
      return { kind: 'chord', header: flow.header.map(normal).flatMap(membersOf), body: normal(flow.body) };
    case 'chain': {
      const steps: Flow[] = [];
      for (const step of flow.steps.flatMap(stepsOf).map(normal)) follow(steps, step);
      // A group that another one follows is waited for too.
      for (let at = steps.length - 2; at >= 0; at--) {
        const group = steps[at]!;
        if (group.kind !== 'group') continue;
        steps.splice(at, 2, { kind: 'chord', header: group.members.flatMap(membersOf), body: steps[at + 1]! });
      }
      return steps.length === 1 ? steps[0]! : { kind: 'chain', steps };
    }
  }
}

function follow(steps: Flow[], step: Flow): void {
  const last = steps.at(-1);
  if (last?.kind === 'group' && step.kind !== 'group') {
    steps[steps.length - 1] = { kind: 'chord', header: last.members.flatMap(membersOf), body: step };
  } else if (last?.kind === 'chord' && step.kind !== 'chord') {
    steps[steps.length - 1] = { ...last, body: normal({ kind: 'chain', steps: [last.body, step] }) };
  } else steps.push(step);
}

const stepsOf = (flow: Flow): readonly Flow[] => (flow.kind === 'chain' ? flow.steps.flatMap(stepsOf) : [flow]);
const membersOf = (flow: Flow): readonly Flow[] => (flow.kind === 'group' ? flow.members.flatMap(membersOf) : [flow]);

function isMany(flow: Flow): boolean {
  if (flow.kind === 'chain') return isMany(flow.steps.at(-1)!);
  return flow.kind === 'group' || (flow.kind === 'chord' && isMany(flow.body));
}

class Interpreter {
  readonly ends = new Map<string, End>();
  readonly runs: string[] = [];
  readonly order: [string, string][] = [];

  /** @param after - what must have been seen before the first task runs */
  flow(flow: Flow, input: Input, after: readonly string[]): Came {
    switch (flow.kind) {
      case 'step': {
        const part = this.#step(flow, input, after);
        return { parts: [part], failed: 'error' in part.end ? part.end.error : undefined };
      }
      case 'group':
        return { parts: flow.members.flatMap((member) => this.flow(member, input, after).parts), failed: undefined };
      case 'chord':
        return this.#chord(flow, input, after);
      case 'chain':
        return this.#chain(flow.steps, input, after);
    }
  }

  #chain(steps: readonly Flow[], input: Input, after: readonly string[]): Came {
    const [first, ...rest] = steps;
    const came = this.flow(first!, input, after);
    if (rest.length === 0) return came;
    if (came.failed !== undefined) return this.#failAll(rest, came.failed);
    const next: Flow = { kind: 'chain', steps: rest };
    if (isMany(first!)) return this.#join(came.parts, next);
    const [part] = came.parts;
    return this.flow(next, 'value' in part!.end ? { value: part!.end.value } : undefined, [part!.id]);
  }

  #chord({ header, body }: ChordFlow, input: Input, after: readonly string[]): Came {
    return this.#join(
      header.flatMap((member) => this.flow(member, input, after).parts),
      body,
    );
  }

  #join(parts: readonly Part[], body: Flow): Came {
    const failed = parts.find(({ end }) => 'error' in end);
    const before = parts.map(({ id }) => id);
    if (failed === undefined || !('error' in failed.end)) {
      const values = parts.map(({ end }) => ('value' in end ? end.value : undefined));
      return this.flow(body, { value: values }, before);
    }
    const { type, message } = failed.end.error;
    const error = { type: 'ChordError', message: `Dependency ${failed.id} raised ${type}(${shown(message)})` };
    for (const errback of errbacksOf(body)) this.#see(errback.id, []);
    return this.#failAll([body], error);
  }

  #step(step: Step, input: Input, after: readonly string[]): Part {
    const { id, immutable, fails, by, callbacks, errbacks } = step;
    if (step.gathers !== true) this.#see(id, after);
    if (fails) {
      const end = { error: { type: 'RangeError', message: id } };
      this.ends.set(id, end);
      for (const errback of errbacks) this.#see(errback.id, [id]);
      return { id, end };
    }
    if (by !== undefined) return this.#replaced(step, by);
    const given = immutable || input === undefined ? [] : [input.value];
    const value = step.gathers === true ? input?.value : taskValue(id, given);
    this.ends.set(id, { value });
    for (const callback of callbacks) this.#see(callback, [id]);
    return { id, end: { value } };
  }

  /** The replacement's result is the task's; what is linked to the task is linked to the replacement. */
  #replaced({ id, callbacks, errbacks }: Step, by: Flow): Part {
    const plain = normal(by);
    const gathered = isMany(plain) ? normal({ kind: 'chain', steps: [plain, GATHER] }) : plain;
    return this.flow(withLinks(gathered, { id, callbacks, errbacks }), undefined, [`^${id}`]).parts[0]!;
  }

  /** None of these tasks will run. */
  #failAll(flows: readonly Flow[], failed: Failure): Came {
    const parts = flows.map((flow) => this.#fail(flow, failed));
    return { parts: parts.at(-1) ?? [], failed };
  }

  #fail(flow: Flow, error: Failure): readonly Part[] {
    switch (flow.kind) {
      case 'step':
        this.ends.set(flow.id, { error });
        return [{ id: flow.id, end: { error } }];
      case 'group':
        return flow.members.flatMap((member) => this.#fail(member, error));
      case 'chain':
        return this.#failAll(flow.steps, error).parts;
      case 'chord':
        for (const member of flow.header) this.#fail(member, error);
        return this.#fail(flow.body, error);
    }
  }

  #see(id: string, after: readonly string[]): void {
    this.runs.push(id);
    for (const before of after) this.order.push([before, id]);
  }
}

/** Errbacks of the tasks of a chord's body that would have been the first to run. */
function errbacksOf(body: Flow): readonly Errback[] {
  switch (body.kind) {
    case 'step':
      return body.errbacks;
    case 'chain':
      return errbacksOf(body.steps[0]!);
    case 'group':
      return body.members.flatMap(errbacksOf);
    case 'chord':
      return errbacksOf(body.body);
  }
}

/** Gives back the list that it gets; nobody sees it run. */
const GATHER: Step = {
  kind: 'step',
  id: '',
  immutable: false,
  fails: false,
  retries: 0,
  by: undefined,
  callbacks: [],
  errbacks: [],
  gathers: true,
};

type Linked = Pick<Step, 'id' | 'callbacks' | 'errbacks'>;

/** A replacement with the id, the callbacks and the errbacks of the task whose place it takes. */
function withLinks(flow: Flow, links: Linked): Flow {
  switch (flow.kind) {
    case 'step': {
      const { id, callbacks, errbacks } = links;
      return {
        ...flow,
        id,
        callbacks: [...flow.callbacks, ...callbacks],
        errbacks: [...flow.errbacks, ...errbacks],
      };
    }
    case 'chain': {
      const others = flow.steps.slice(0, -1).map((step) => withErrbacks(step, links.errbacks));
      return { ...flow, steps: [...others, withLinks(flow.steps.at(-1)!, links)] };
    }
    case 'chord':
      return { ...flow, body: withLinks(flow.body, links) };
    case 'group':
      return flow;
  }
}

/** What `link_error` of a part of a chain means. */
function withErrbacks(flow: Flow, errbacks: readonly Errback[]): Flow {
  switch (flow.kind) {
    case 'step':
      return { ...flow, errbacks: [...flow.errbacks, ...errbacks] };
    case 'chain':
      return { ...flow, steps: flow.steps.map((step) => withErrbacks(step, errbacks)) };
    case 'group':
      return { ...flow, members: flow.members.map((member) => withErrbacks(member, errbacks)) };
    case 'chord':
      return { ...flow, body: withErrbacks(flow.body, errbacks) };
  }
}

/** As Python shows text. */
function shown(text: string): string {
  if (!text.includes("'")) return `'${text}'`;
  return text.includes('"') ? `'${text.replaceAll("'", "\\'")}'` : `"${text}"`;
}
