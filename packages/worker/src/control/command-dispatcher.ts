import { type CommandArguments, type ControlNode, commandTable } from '@celeriac/core/internal';
import { escapeForLog, type PlainRecord, pythonRepr, toExceptionInfo, tracebackOf } from '@celeriac/protocol';
import { readArguments } from './command-arguments.ts';
import type { NodeCommand } from './command-code.ts';
import { CommandError } from './command-error.ts';
import type { ControlPanel } from './control-panel.ts';
import { panelCommands } from './panel-commands.ts';

/** Finds commands by name or alias and runs them. */
export class CommandDispatcher implements ControlNode {
  readonly #panel: ControlPanel;
  readonly #commands: Map<string, NodeCommand> = new Map();

  constructor(panel: ControlPanel) {
    this.#panel = panel;
    for (const spec of commandTable) this.#add({ spec, run: (args) => panelCommands[spec.name](panel, args) });
    for (const { spec, run } of panel.runtime.controlCommands.custom)
      this.#add({ spec, run: (args, node) => run(node, args) });
  }

  get hostname(): string {
    return this.#panel.hostname;
  }

  get settings(): ControlNode['settings'] {
    return this.#panel.runtime.settings;
  }

  async call(command: string, args: CommandArguments = {}): Promise<unknown> {
    const found = this.#commands.get(command);
    if (found === undefined) throw new CommandError('KeyError', command);
    return found.run(readArguments(found.spec, { ...args }), this);
  }

  /** As {@link call}; what it throws becomes `{error}` and one line in the log. Never rejects. */
  async dispatch(command: string, args: PlainRecord): Promise<unknown> {
    try {
      return (await this.call(command, args)) ?? null;
    } catch (error) {
      const text = errorText(error);
      this.#panel.runtime.logger.warning(
        `The control command ${escapeForLog(pythonRepr(command, 60))} failed: ${escapeForLog(text, 300)}`,
        error instanceof CommandError ? undefined : { traceback: tracebackOf(error) },
      );
      return { error: text };
    }
  }

  #add(command: NodeCommand): void {
    const { name, alias } = command.spec;
    this.#commands.set(name, command);
    if (alias !== undefined) this.#commands.set(alias, command);
  }
}

/** As Python's repr of the exception: Celery's own commands answer so. */
function errorText(error: unknown): string {
  if (error instanceof CommandError) return `${error.excType}(${textRepr(error.message)})`;
  const { exc_type, exc_message } = toExceptionInfo(error);
  const args = (typeof exc_message === 'string' ? [exc_message] : exc_message).map((argument) =>
    typeof argument === 'string' ? textRepr(argument) : pythonRepr(argument, 300),
  );
  return `${exc_type.slice(exc_type.lastIndexOf('.') + 1)}(${args.join(', ')})`;
}

/** Text in the quotes that Python chooses. */
function textRepr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text
    .slice(0, 1000)
    .replace(/[\\\n\r\t]/g, (character) => ESCAPES[character]!)
    .replaceAll(quote, `\\${quote}`);
  return quote + escaped + quote;
}

const ESCAPES: { readonly [character: string]: string } = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };
