// One side of one system: `agent-main <module> client|worker`. Reads commands as lines of JSON, answers each with a line.
import { createInterface } from 'node:readline';
import type { Place, SystemModule } from '../systems/system.ts';
import type { AgentReply, AgentRequest, Side } from './agent-commands.ts';
import { ClientAgent } from './client-agent.ts';

type Command = (input: never) => Promise<object>;

const [module = '', side] = process.argv.slice(2) as [string, Side];
const place: Place = { broker: process.env['BENCH_BROKER'] ?? '', store: process.env['BENCH_STORE'] ?? '' };

const commands = await connect();
answer({ output: {} });
for await (const line of createInterface({ input: process.stdin })) {
  const { command, input } = JSON.parse(line) as AgentRequest;
  answer(await run(command, input));
  if (command === 'end') break;
}
process.exit();

async function connect(): Promise<ReadonlyMap<string, Command>> {
  const system = (await import(`../systems/${module}.ts`)) as SystemModule;
  const memory: Command = () => Promise.resolve({ bytes: settledMemory() });
  if (side === 'client') {
    const agent = new ClientAgent(await system.client(place));
    const names = ['send', 'special', 'calls', 'rush', 'load', 'flow', 'stored', 'verify', 'end'] as const;
    return new Map<string, Command>([
      ...names.map((name): [string, Command] => [name, (input) => agent[name](input)]),
      ['memory', memory],
    ]);
  }
  const worker = await system.worker(place);
  const stop: Command = async () => {
    await worker.stop();
    return {};
  };
  return new Map<string, Command>([
    [
      'start',
      async ({ concurrency }: { concurrency: number }) => {
        await worker.start(concurrency);
        return {};
      },
    ],
    ['stop', stop],
    ['memory', memory],
    ['end', () => Promise.resolve({})],
  ]);
}

async function run(command: string, input: unknown): Promise<AgentReply> {
  try {
    const does = commands.get(command);
    if (does === undefined) throw new Error(`It does not know "${command}".`);
    return { output: await does(input as never) };
  } catch (error) {
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

function settledMemory(): number {
  globalThis.gc?.();
  return process.memoryUsage.rss();
}

function answer(reply: AgentReply): void {
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}
