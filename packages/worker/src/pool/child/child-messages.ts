import type { DeliveryInfo, Outcome } from '@celeriac/core/internal';
import type { RawMessage } from '@celeriac/protocol';

/** What a child needs to find its app and to know its place. */
export interface ChildSetup {
  /** File URL of the module. */
  readonly appModule: string;
  readonly exportName: string | undefined;
  /** The worker's node name. */
  readonly hostname: string;
  /** Tasks that run in one child at a time. */
  readonly concurrency: number;
  /** Report the memory of the process after each task. */
  readonly reportsMemory: boolean;
}

/** A task to run: its message as it arrived. */
export interface RunCommand {
  /** Counts the tasks of this child. */
  readonly job: number;
  readonly message: RawMessage;
  readonly delivery: DeliveryInfo;
  /** Soft time limit in milliseconds. */
  readonly softMs: number | undefined;
}

/** Tasks to run, in this order, as there are free places. */
export interface RunsCommand {
  readonly kind: 'run';
  readonly runs: readonly RunCommand[];
}

/** Tells a task that it should end. */
export interface AbortCommand {
  readonly kind: 'abort';
  readonly job: number;
  readonly why: 'soft-limit' | 'terminated';
}

/** Nothing more to do. */
export interface StopCommand {
  readonly kind: 'stop';
}

/** What a parent says. */
export type ParentMessage = RunsCommand | AbortCommand | StopCommand;

export interface ReadyReport {
  readonly kind: 'ready';
  /** Largest heap of the process, in bytes. */
  readonly heapLimitBytes: number;
}

/** The process cannot start. */
export interface FailedReport {
  readonly kind: 'failed';
  readonly reason: string;
}

export interface EndedReport {
  readonly kind: 'ended';
  readonly job: number;
  readonly outcome: Outcome;
  /** The result, encoded and in base64, where the result serializer is not json. */
  readonly encodedValue: string | undefined;
  /** Memory of the process in bytes, where it is to be reported. */
  readonly memoryBytes: number | undefined;
}

/** An error that nobody caught: the process ends after this. */
export interface FatalReport {
  readonly kind: 'fatal';
  readonly reason: string;
}

/** What a child says. */
export type ChildMessage = ReadyReport | FailedReport | EndedReport | FatalReport;
