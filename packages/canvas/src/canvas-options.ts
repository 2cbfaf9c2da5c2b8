import type { AnySignature, Celeriac, TaskCaller } from '@celeriac/core';

/** Options of workflows. */
export interface CanvasOptions {
  /** Who sends it. Default: the app of the first member that has one. */
  readonly app?: Celeriac | undefined;
}

/** Who sends a workflow. */
export function callerOf(members: readonly AnySignature[], options?: CanvasOptions): TaskCaller | undefined {
  return options?.app?.['~caller'] ?? members.find((member) => member['~caller'] !== undefined)?.['~caller'];
}
