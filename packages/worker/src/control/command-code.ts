import type { CommandArguments, CommandSpec, ControlNode } from '@celeriac/core/internal';
import type { ControlPanel } from './control-panel.ts';

/** The code of a command that every worker has. */
export type PanelCommand = (panel: ControlPanel, args: CommandArguments) => unknown;

/** A command that a node can run. */
export interface NodeCommand {
  readonly spec: CommandSpec;
  readonly run: (args: CommandArguments, node: ControlNode) => unknown;
}

/** An answer that says what was done. */
export function ok(text: string): { readonly ok: string } {
  return { ok: text };
}

/** An answer that says why nothing was done. */
export function failed(text: string): { readonly error: string } {
  return { error: text };
}

/** What a command returns that answers nobody. */
export const NO_REPLY: unique symbol = Symbol('no reply');
