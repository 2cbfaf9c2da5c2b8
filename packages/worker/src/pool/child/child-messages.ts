import type { DeliveryInfo, Outcome } from '@celeriac/core/internal';
import type { TaskRequest } from '@celeriac/protocol';

/** How a child process finds its app; given as its only command line argument, as JSON. */
export interface ChildSetup {
  /** File URL of the module. */
  readonly appModule: string;
  readonly exportName: string | undefined;
  /** The worker's node name. */
  readonly hostname: string;
}

/** A task to run: its headers as the parent read them, its body as it arrived. */
export interface RunCommand {
  readonly kind: 'run';
  readonly request: TaskRequest;
  readonly body: Uint8Array;
  readonly contentType: string;
  readonly contentEncoding: string;
  readonly delivery: DeliveryInfo;
}

/** Nothing more to do. */
export interface StopCommand {
  readonly kind: 'stop';
}

/** What a parent says. One task is with a child at a time. */
export type ParentMessage = RunCommand | StopCommand;

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
  readonly outcome: Outcome;
  /** The result, encoded and in base64, where the result serializer is not json. */
  readonly encodedValue: string | undefined;
}

/** An error that nobody caught: the process ends after this. */
export interface FatalReport {
  readonly kind: 'fatal';
  readonly reason: string;
}

/** What a child says. */
export type ChildMessage = ReadyReport | FailedReport | EndedReport | FatalReport;
