import type { CommandSpec, NodeReply } from '@celeriac/core';
import { commandTable } from '@celeriac/core/internal';
import { closest, escapeForLog, isRecord } from '@celeriac/protocol';
import { broadcastOptions } from './broadcast-options.ts';
import { UsageError } from './cli-error.ts';
import { commandArguments } from './command-words.ts';
import { commandLine, commandTableText, nodeCount, replyText } from './control-view.ts';
import type { ParsedOptions } from './definitions/define.ts';
import type { CommandContext } from './global-options.ts';
import { noReply } from './no-reply-error.ts';
import { type OpenApp, withApp } from './open-app.ts';
import type { Output } from './output.ts';

type Kind = CommandSpec['kind'];

/** Runs a command on workers and shows what they answer; 1 when one of them answers with an error. */
export async function runRemoteCommand(
  kind: Kind,
  { globals, output }: CommandContext,
  [name, ...words]: readonly string[],
  options: ParsedOptions,
): Promise<number> {
  return withApp(globals, async (open) => {
    if (options['list'] === true) return listCommands(kind, open, output);
    const spec = await specOf(kind, name, open);
    const args = commandArguments(spec, words);
    const asked = broadcastOptions(options, spec.timeoutMs);
    if (spec.name === 'shutdown') {
      await open.app.control.broadcast(spec.name, { ...asked, arguments: args });
      output.data({ sent: true }, () => 'Sent. Workers end when their running tasks are done; they do not reply.');
      return 0;
    }
    const shown = (reply: NodeReply): void => {
      if (!output.json) showReply(spec, reply, output);
    };
    const replies = await open.app.control.broadcast(spec.name, {
      ...asked,
      arguments: args,
      reply: true,
      callback: shown,
    });
    if (replies.length === 0) throw noReply();
    if (output.json) output.data(Object.fromEntries(replies.map(({ node, value }) => [node, value])), () => '');
    output.note(`\n${nodeCount(replies.length)} online.`);
    return replies.some(({ value }) => isFailure(value)) ? 1 : 0;
  });
}

function showReply(spec: CommandSpec, { node, value }: NodeReply, output: Output): void {
  const status = isFailure(value) ? output.paint('red', 'ERROR') : output.paint('green', 'OK');
  output.raw(`${output.paint('bold', escapeForLog(node, 255))}: ${status}\n`);
  const text = replyText(spec.name, value);
  if (text !== '') output.text(text.replace(/^(?=.)/gm, '    '));
}

function isFailure(value: unknown): boolean {
  return isRecord(value) && typeof value['error'] === 'string' && Object.keys(value).length === 1;
}

async function listCommands(kind: Kind, { app, runtime }: OpenApp, output: Output): Promise<number> {
  await runtime.loadTasks();
  const specs = app.controlCommands.specs.filter((spec) => spec.kind === kind && spec.visible !== false);
  const sorted = specs.toSorted((one, other) => (one.name < other.name ? -1 : 1));
  output.data(
    sorted.map((spec) => ({ name: spec.name, arguments: commandLine(spec), help: spec.help ?? '' })),
    () => commandTableText(sorted),
  );
  return 0;
}

/** Commands of the app's own are known once its modules are loaded. @throws {UsageError} */
async function specOf(kind: Kind, name: string | undefined, { app, runtime }: OpenApp): Promise<CommandSpec> {
  if (name === undefined) {
    throw new UsageError('command', `Which command? celeriac ${kind} --list shows them.`);
  }
  const isBuiltin = commandTable.some((spec) => spec.name === name || spec.alias === name);
  if (!isBuiltin) await runtime.loadTasks();
  const { specs } = app.controlCommands;
  const spec = specs.find((one) => one.name === name || one.alias === name);
  if (spec !== undefined && spec.kind === kind) return spec;
  const shown = escapeForLog(name, 60);
  if (spec !== undefined) {
    throw new UsageError('command', `"${shown}" is no command of ${kind}.`, {
      hint: `Write: celeriac ${spec.kind} ${spec.name}`,
    });
  }
  const meant = closest(
    name,
    specs.filter((one) => one.kind === kind).map((one) => one.name),
  );
  throw new UsageError('command', `There is no command "${shown}".`, {
    hint: meant === undefined ? `celeriac ${kind} --list shows the commands.` : `Did you mean ${meant}?`,
  });
}
