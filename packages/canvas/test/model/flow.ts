/** A workflow as the model test thinks of it: plain data. */
export type Flow = Step | ChainFlow | GroupFlow | ChordFlow;

/** One task. */
export interface Step {
  readonly kind: 'step';
  /** Its id; sorts in the order of the workflow's text. */
  readonly id: string;
  /** Takes no result of what runs before. */
  readonly immutable: boolean;
  readonly fails: boolean;
  /** Attempts before the one that counts. */
  readonly retries: number;
  /** Takes the task's place when it runs. */
  readonly by: Flow | undefined;
  /** Called with its value. */
  readonly callbacks: readonly string[];
  /** Called when it fails: sent as tasks, or called where it failed. */
  readonly errbacks: readonly Errback[];
  /** Only gives back what it gets. */
  readonly gathers?: boolean;
}

export interface Errback {
  readonly id: string;
  readonly inline: boolean;
}

export interface ChainFlow {
  readonly kind: 'chain';
  readonly steps: readonly Flow[];
}

export interface GroupFlow {
  readonly kind: 'group';
  readonly members: readonly Flow[];
}

export interface ChordFlow {
  readonly kind: 'chord';
  readonly header: readonly Flow[];
  readonly body: Flow;
}

/** What a task returns: who it is and what it was given. Long texts are cut down to a sum. */
export function taskValue(id: string, given: readonly unknown[]): string {
  const text = `${id}(${given.map((one) => JSON.stringify(one)).join()})`;
  if (text.length < 120) return text;
  let sum = 7;
  for (let at = 0; at < text.length; at++) sum = (sum * 31 + text.charCodeAt(at)) % 1_000_000_007;
  return `${id}#${sum}`;
}
