import type { CallTimes, SpecialTask } from '../systems/system.ts';

/** What one side of a system, in a process of its own, can be told to do. Programs in Python understand the same as JSON. */
export interface AgentCommands {
  /** Sends `count` tasks with `inFlight` unconfirmed ones at a time; 0 = by the call for many. Gives milliseconds. */
  send: { input: { from: number; count: number; inFlight: number; bytes: number }; output: { ms: number } };
  /** Sends `count` tasks of another kind. */
  special: { input: { kind: SpecialTask; from: number; count: number; ms: number }; output: object };
  /** Calls one after the other. */
  calls: { input: { count: number }; output: { calls: CallTimes[] } };
  /** Calls with `inFlight` of them unanswered at a time. */
  rush: { input: { count: number; inFlight: number }; output: { perSecond: number } };
  /** Calls at a fixed rate for some time, whether or not earlier ones are back. */
  load: { input: { perSecond: number; seconds: number }; output: { calls: CallTimes[] } };
  /** A workflow of no-op tasks, from the call to the result of its last step, which is checked. */
  flow: { input: { kind: 'chord' | 'group' | 'chain'; size: number }; output: { ms: number } };
  stored: { input: { target: number }; output: { count: number } };
  verify: { input: { count: number }; output: object };
  /** Begins to work. */
  start: { input: { concurrency: number }; output: object };
  stop: { input: object; output: object };
  /** Resident memory after a collection, bytes. */
  memory: { input: object; output: { bytes: number } };
  end: { input: object; output: object };
}

export type AgentCommandName = keyof AgentCommands;
export type InputOf<N extends AgentCommandName> = AgentCommands[N]['input'];
export type OutputOf<N extends AgentCommandName> = AgentCommands[N]['output'];

/** What travels to an agent. */
export interface AgentRequest {
  readonly command: string;
  readonly input: unknown;
}

/** What comes back. */
export type AgentReply = { readonly output: unknown } | { readonly error: string };

/** Which side an agent plays. */
export type Side = 'client' | 'worker';
