import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CliStage, Finished, RunningCommand } from './cli-stage.fixture.ts';
import { APP, projectStage } from './project.fixture.ts';

let stage: CliStage;

beforeAll(() => {
  stage = projectStage();
});
afterAll(() => stage.close());

function succeeded({ code, stdout, stderr }: Finished): string {
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return stdout;
}

async function ok(...args: readonly string[]): Promise<string> {
  return succeeded(await stage.run([...APP, ...args]));
}

async function okJson(...args: readonly string[]): Promise<unknown> {
  return JSON.parse(await ok(...args, '--json'));
}

async function workerOn(queue: string): Promise<RunningCommand> {
  const worker = stage.start([...APP, 'worker', '--pool', 'async', '-n', `${queue}@%h`, '-Q', queue]);
  await worker.output(/ready\.$/m);
  return worker;
}

/** Many commands are started one after the other, each of them a process. */
const LONG_ENOUGH = { timeout: 120_000 };

/** The states in a tree, line by line. */
function statesIn(tree: string): readonly string[] {
  return tree.split('\n').map((line) => /[A-Z]+/.exec(line)![0]);
}

describe('graph of a workflow', () => {
  const signature = (...args: number[]) => `app.signature('proj.add', { args: [${args.join()}] })`;
  const greet = "app.signature('proj.greet', { options: { queue: 'mail' } })";
  const send = async (code: string): Promise<string> =>
    (await ok('shell', '--eval', `(await ${code}.delay()).id`)).trim();

  it('prints its tasks with their states, also of one that has only begun', LONG_ENOUGH, async () => {
    const id = await send(`${signature(1, 2)}.pipe(${signature(3)}).pipe(${signature(4)})`);
    const lines = (await ok('graph', id)).trimEnd().split('\n');
    expect(lines.map((line) => line.replace(/[0-9a-f-]{36}/, 'ID'))).toEqual([
      'PENDING  ID',
      '└─ PENDING  ID',
      '   └─ PENDING  ID',
    ]);
    expect(lines[2]).toContain(id);
    expect(await ok('graph', id, '--format', 'dot')).toMatch(/^digraph workflow \{[\s\S]* -> [\s\S]*\}\n$/);
    expect(await ok('graph', id, '--format', 'mermaid')).toMatch(/^flowchart LR\n[\s\S]*n0 --> n1/);
    const json = (await okJson('graph', id)) as { nodes: unknown[]; edges: unknown[] };
    expect([json.nodes.length, json.edges.length]).toEqual([3, 2]);
    await ok('purge', '-f');
  });

  it('of an id that nobody knows is that id alone', async () => {
    expect(await ok('graph', 'nobody')).toBe('PENDING  nobody\n');
  });

  it('refuses a format that there is not', async () => {
    const { code, stderr } = await stage.run([...APP, 'graph', 'x', '--format', 'doz']);
    expect(stderr).toMatch(/--format.*\nhint: .*dot/);
    expect(code).toBe(2);
  });

  it('--watch prints the tree again whenever a state has changed, and ends when all is done', LONG_ENOUGH, async () => {
    const id = await send(`${signature(1, 2)}.pipe(${greet})`);
    const watch = stage.start([...APP, 'graph', id, '--watch']);
    await watch.output(/^PENDING .*\n└─ PENDING/m);
    const first = await workerOn('celery');
    await watch.output(/^SUCCESS .*\n└─ PENDING/m);
    const second = await workerOn('mail');
    const trees = succeeded(await watch.exit)
      .trimEnd()
      .split('\n\n');
    expect(trees.map(statesIn)).toEqual([
      ['PENDING', 'PENDING'],
      ['SUCCESS', 'PENDING'],
      ['SUCCESS', 'SUCCESS'],
    ]);
    expect(statesIn((await ok('graph', id, '--watch')).trimEnd())).toEqual(['SUCCESS', 'SUCCESS']);
    const failing = await send(`app.signature('proj.fail').pipe(${greet})`);
    const failed = await ok('graph', failing, '--watch', '--format', 'mermaid');
    expect(failed.match(/FAILURE|SUCCESS/g)?.slice(-2)).toEqual(['FAILURE', 'FAILURE']);
    for (const worker of [first, second]) worker.kill('SIGTERM');
    expect([(await first.exit).code, (await second.exit).code]).toEqual([0, 0]);
  });
});
