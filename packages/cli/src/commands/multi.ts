import { spawn } from 'node:child_process';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { closest } from '@celeriac/protocol';
import { UsageError } from '../cli-error.ts';
import { filePattern } from '../daemon/file-pattern.ts';
import { isRunning, readPid } from '../daemon/pid-file.ts';
import { type MultiNode, multiNodes } from '../multi/multi-nodes.ts';
import { namespacedOptions } from '../multi/namespaced-options.ts';
import type { Output } from '../output.ts';

/** Pause between two looks whether a node is gone. */
const LOOK_MS = 200;
/** Options of multi that take no value and go no further. */
const OWN_FLAGS: ReadonlySet<string> = new Set(['--quiet', '-q', '--verbose', '--nosplash', '--no-color', '--json']);

type Command = (nodes: readonly MultiNode[], multi: Multi) => number | Promise<number>;

interface Multi {
  readonly output: Output;
  readonly signal: NodeJS.Signals;
}

const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['start', start],
  ['stop', (nodes, multi) => stop(nodes, multi)],
  ['stopwait', stopAndWait],
  ['stop_verify', stopAndWait],
  ['restart', restart],
  ['kill', (nodes, multi) => stop(nodes, { ...multi, signal: 'SIGKILL' })],
  ['show', show],
  ['names', names],
]);

export const MULTI_HELP = `Usage: celeriac multi <command> <nodes…> [worker options]

Starts and stops several workers of this machine.

Commands:
  start     start the nodes in the background
  stop      tell the nodes to end (SIGTERM, or -9, -INT, …)
  stopwait  the same, and wait until they are gone
  restart   end them, wait, and start them again
  kill      end them at once
  show      print the command lines
  names     print the names
  expand <template> <nodes…>   print the template for each node: %n, %h, %p
  get <node> <nodes…>          print the options of one node

Nodes are names (w1 w2), or a number of them (3: celery1, celery2, celery3). Options go to every worker; with :w1,
:1, :1-3 or :w1,w2 behind their name to some. Files: --pidfile (default %n.pid) and --logfile (default %n%I.log).
Own options: --range-prefix, --prefix, --suffix, --hostname, --quiet, --json.

Examples:
  $ celeriac multi start w1 w2 -A ./src/tasks.ts -l info -c 4 --pidfile=/run/celeriac/%n.pid
  $ celeriac multi start 4 -A ./src/tasks.ts -Q:1-3 images -Q:4 mail
  $ celeriac multi stopwait w1 w2 --pidfile=/run/celeriac/%n.pid
`;

/**
 * `celeriac multi`; its arguments are its own affair, since most are for other processes.
 * @returns the exit code
 * @throws {UsageError}
 */
export async function multiCommand(args: readonly string[], output: Output): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    output.raw(MULTI_HELP);
    return name === undefined ? 2 : 0;
  }
  if (name === 'expand') return expand(rest, output);
  if (name === 'get') return get(rest, output);
  const command = COMMANDS.get(name);
  if (command === undefined) throw unknownCommand(name);
  const { nodes, signal } = read(rest);
  return command(nodes, { output, signal });
}

function read(args: readonly string[]): { nodes: readonly MultiNode[]; signal: NodeJS.Signals } {
  const signals = args.filter((argument) => signalOf(argument) !== undefined);
  const others = args.filter((argument) => !signals.includes(argument) && !OWN_FLAGS.has(argument));
  const signal = signals.length === 0 ? 'SIGTERM' : signalOf(signals.at(-1)!)!;
  return { nodes: multiNodes(namespacedOptions(others), hostname()), signal };
}

const NUMBERED: ReadonlyMap<string, NodeJS.Signals> = new Map([
  ['1', 'SIGHUP'],
  ['2', 'SIGINT'],
  ['3', 'SIGQUIT'],
  ['9', 'SIGKILL'],
  ['15', 'SIGTERM'],
]);

function signalOf(argument: string): NodeJS.Signals | undefined {
  const text = /^-(?:SIG)?([A-Z]{2,5}|\d{1,2})$/.exec(argument)?.[1];
  if (text === undefined) return undefined;
  const named = ['HUP', 'INT', 'QUIT', 'KILL', 'TERM', 'USR1', 'USR2'].includes(text);
  return named ? (`SIG${text}` as NodeJS.Signals) : NUMBERED.get(text);
}

async function start(nodes: readonly MultiNode[], { output }: Multi): Promise<number> {
  let code = 0;
  output.note(`celeriac multi: starting ${nodes.length} nodes`);
  for (const node of nodes) {
    const failure = await startOne(node);
    output.note(`  ${node.name}: ${failure === undefined ? output.paint('green', 'OK', 'stderr') : failure}`);
    if (failure !== undefined) code = 1;
  }
  return code;
}

/** @returns why it did not start */
async function startOne(node: MultiNode): Promise<string | undefined> {
  const child = spawn(process.execPath, [...process.execArgv, process.argv[1]!, ...node.argv, '--quiet'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    words += text;
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return code === 0 ? undefined : words.trim() || `exit code ${code}`;
}

function stop(nodes: readonly MultiNode[], { output, signal }: Multi): number {
  for (const node of nodes) {
    const pid = pidOf(node);
    if (pid === undefined) output.note(`  ${node.name}: not running`);
    else if (tell(pid, signal)) output.note(`  ${node.name}: ${signal} -> ${pid}`);
    else output.note(`  ${node.name}: gone`);
  }
  return 0;
}

async function stopAndWait(nodes: readonly MultiNode[], multi: Multi): Promise<number> {
  const running = nodes.map((node) => ({ node, pid: pidOf(node) })).filter(({ pid }) => pid !== undefined);
  stop(nodes, multi);
  for (const { node, pid } of running) {
    while (isRunning(pid!)) await delay(LOOK_MS);
    multi.output.note(`  ${node.name}: ended`);
  }
  return 0;
}

async function restart(nodes: readonly MultiNode[], multi: Multi): Promise<number> {
  await stopAndWait(nodes, multi);
  return start(nodes, multi);
}

function show(nodes: readonly MultiNode[], { output }: Multi): number {
  output.data(
    nodes.map(({ name, argv, pidfile, logfile }) => ({ name, argv, pidfile, logfile })),
    () => nodes.map(({ argv }) => `celeriac ${argv.map(quoted).join(' ')}`).join('\n'),
  );
  return 0;
}

function names(nodes: readonly MultiNode[], { output }: Multi): number {
  output.data(
    nodes.map(({ name }) => name),
    () => nodes.map(({ name }) => name).join('\n'),
  );
  return 0;
}

function expand([template, ...rest]: readonly string[], output: Output): number {
  const lines = read(rest).nodes.map(({ name }) => filePattern(template ?? '', name));
  output.data(lines, () => lines.join('\n'));
  return 0;
}

function get([wanted, ...rest]: readonly string[], output: Output): number {
  const node = read(rest).nodes.find(({ name }) => name === wanted || name.split('@', 1)[0] === wanted);
  if (node === undefined) throw new UsageError('multi get', `No node is named "${wanted ?? ''}".`);
  output.data(node.argv, () => node.argv.map(quoted).join(' '));
  return 0;
}

/** The live process of a node. */
function pidOf({ pidfile }: MultiNode): number | undefined {
  const pid = readPid(pidfile);
  return pid !== undefined && isRunning(pid) ? pid : undefined;
}

function tell(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

function unknownCommand(name: string): UsageError {
  const known = [...COMMANDS.keys(), 'expand', 'get', 'help'];
  const meant = closest(name, known);
  const hint = meant === undefined ? `There are ${known.join(', ')}.` : `Did you mean ${meant}?`;
  return new UsageError('multi', `multi has no command "${name}".`, { hint });
}
