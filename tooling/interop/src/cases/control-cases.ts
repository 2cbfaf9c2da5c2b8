import { randomUUID } from 'node:crypto';
import { decodeJson } from '@celeriac/protocol';
import { expect } from 'vitest';
import { celeriacCommand } from '../celeriac-command.ts';
import type { InteropCase, Scene } from '../scene.ts';

/** Both brokers are tried with redis results already. */
const except = ({ setup }: Scene): string | undefined =>
  setup.stack.isRpc ? 'the broker is tried with redis results' : undefined;

const nodeOf = (scene: Scene): string => scene.setup.nodeOf(scene.worker);

/** Runs the command of the caller's language: `celery …` or `celeriac …`. */
async function command(
  scene: Scene,
  words: readonly string[],
): Promise<{ readonly code: number; readonly output: string }> {
  const [name = '', ...rest] = words;
  const { python, config } = scene.setup;
  if (scene.caller.language === 'python') return await python.cli([name, '-t', '20', '-d', nodeOf(scene), ...rest]);
  return await celeriacCommand(config, [...words, '-t', '20', '-d', nodeOf(scene)]);
}

/** The same with `--json`. @returns what the node answered */
async function json(scene: Scene, words: readonly string[]): Promise<unknown> {
  const { code, output } = await command(scene, [words[0]!, '--json', ...words.slice(1)]);
  const text = output.split('\n').find((line) => /^[[{]/.test(line)) ?? '';
  expect([code, text]).toEqual([0, expect.stringContaining(nodeOf(scene))]);
  const answers = decodeJson(text);
  // `celery control` prints a list of replies.
  const merged = Array.isArray(answers) ? Object.assign({}, ...answers) : answers;
  return (merged as { readonly [node: string]: unknown })[nodeOf(scene)];
}

const inspect = (scene: Scene, ...words: readonly string[]): Promise<unknown> => json(scene, ['inspect', ...words]);
const control = (scene: Scene, ...words: readonly string[]): Promise<unknown> => json(scene, ['control', ...words]);

/** What both languages say of any worker. */
const PLAIN: readonly (readonly [words: readonly string[], answer: (scene: Scene) => unknown])[] = [
  [['ping'], () => ({ ok: 'pong' })],
  [['clock'], () => ({ clock: expect.any(Number) })],
  [['report'], () => ({ ok: expect.stringMatching(/celer/) })],
  [['conf'], ({ setup }) => expect.objectContaining({ control_exchange: setup.config.controlExchange })],
  [
    ['conf', 'true'],
    () => expect.objectContaining({ task_acks_late: false, worker_prefetch_multiplier: expect.any(Number) }),
  ],
  [['revoked'], () => expect.any(Array)],
  [['registered'], () => expect.arrayContaining(['interop.add', 'interop.echo'])],
  [
    ['registered', 'acks_late', 'max_retries'],
    () => expect.arrayContaining(['interop.add [acks_late=False max_retries=3]']),
  ],
  [
    ['stats'],
    () =>
      expect.objectContaining({
        total: expect.any(Object),
        pid: expect.any(Number),
        clock: expect.stringMatching(/^\d+$/),
        uptime: expect.any(Number),
        pool: expect.objectContaining({ 'max-concurrency': expect.any(Number), processes: expect.any(Array) }),
        broker: expect.objectContaining({ transport: expect.any(String), hostname: expect.any(String) }),
        prefetch_count: expect.any(Number),
        rusage: expect.objectContaining({ utime: expect.any(Number), maxrss: expect.any(Number) }),
      }),
  ],
  [
    ['active_queues'],
    (scene) =>
      expect.arrayContaining([
        expect.objectContaining({
          name: scene.queue,
          routing_key: scene.queue,
          durable: true,
          exchange: expect.objectContaining({ name: scene.queue, type: 'direct', durable: true }),
        }),
      ]),
  ],
  [['query_task', 'unknown'], () => ({})],
  [['scheduled'], () => expect.any(Array)],
  [['reserved'], () => expect.any(Array)],
  [['active'], () => expect.any(Array)],
];

const plainCase = ([words, answer]: (typeof PLAIN)[number]): InteropCase => ({
  name: `inspect ${words.join(' ')}`,
  except,
  run: async (scene) => expect(await inspect(scene, ...words)).toEqual(answer(scene)),
});

const REFUSED: readonly (readonly [words: readonly string[], answer: string])[] = [
  [['autoscale', '4', '1'], "ValueError('Autoscale not enabled')"],
  [['pool_restart'], "ValueError('Pool restarts not enabled')"],
  [['rate_limit', 'interop.nobody', '10/m'], 'unknown task'],
  [['time_limit', 'interop.nobody', '10', '20'], 'unknown task'],
];

/** Remote control. */
export const controlCases: readonly InteropCase[] = [
  {
    name: 'status',
    except,
    run: async (scene) => {
      const { code, output } = await command(scene, ['status']);
      expect([code, output]).toEqual([0, expect.stringContaining(nodeOf(scene))]);
      expect(output).toMatch(/OK[\s\S]*1 node online\./);
    },
  },
  {
    name: 'nobody answers: exit code 69',
    except,
    run: async (scene) => {
      const { config, python } = scene.setup;
      const words = ['inspect', '-t', '0.3', '-d', 'nobody@x', 'ping'];
      const ended = scene.caller.language === 'python' ? await python.cli(words) : await celeriacCommand(config, words);
      expect(ended).toMatchObject({
        code: 69,
        output: expect.stringContaining('No nodes replied within time constraint'),
      });
    },
  },
  ...PLAIN.map(plainCase),
  {
    name: 'inspect memsample and memdump',
    // Python needs a library for it.
    only: 'Python calls Celeriac',
    except,
    run: async (scene) => {
      expect(await inspect(scene, 'memsample')).toMatch(/^\d+(\.\d+)?MB$/);
      expect(await inspect(scene, 'memdump')).toContain('rss (end)');
    },
  },
  {
    name: 'inspect active, query_task and scheduled show the tasks that are there',
    except,
    run: async (scene) => {
      const running = await scene.send('progress', [], { options: { taskId: randomUUID() } });
      await scene.setup.note(`${running}.begun`);
      const later = await scene.send('echo', [1, 'é'], { kwargs: { c: [null] }, options: { countdown: 3600 } });
      const info = {
        type: 'interop.progress',
        name: 'interop.progress',
        args: [],
        kwargs: {},
        hostname: nodeOf(scene),
      };
      const active = {
        ...info,
        id: running,
        acknowledged: true,
        time_start: expect.any(Number),
        worker_pid: expect.any(Number),
      };
      expect(await inspect(scene, 'active')).toMatchObject([
        { ...active, delivery_info: { routing_key: scene.queue } },
      ]);
      expect(await inspect(scene, 'query_task', running, 'unknown')).toMatchObject({
        [running]: ['active', { id: running }],
      });
      const waiting = {
        eta: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+[+]00:00$/),
        priority: 6,
        request: { id: later, args: [1, 'é'], kwargs: { c: [null] }, time_start: null },
      };
      await expect.poll(() => inspect(scene, 'scheduled'), { timeout: 10_000 }).toMatchObject([waiting]);
      expect(await control(scene, 'revoke', later)).toMatchObject({ ok: expect.stringMatching(/flagged as revoked/) });
      scene.setup.letGo(running);
      expect(await scene.value(running)).toBe('went');
    },
  },
  {
    name: 'a revoked task is not run, and who waits for it learns of it',
    except,
    run: async (scene) => {
      const id = randomUUID();
      expect(await control(scene, 'revoke', id, 'other')).toMatchObject({
        ok: expect.stringMatching(new RegExp(`^tasks .*${id}.* flagged as revoked$`)),
      });
      expect(await inspect(scene, 'revoked')).toEqual(expect.arrayContaining([id, 'other']));
      await scene.send('add', [1, 2], { options: { taskId: id } });
      expect(await scene.outcome(id)).toMatchObject({ state: 'REVOKED' });
    },
  },
  {
    name: 'a task that runs is ended, and its slot works again',
    except,
    run: async (scene) => {
      const running = await scene.send('progress', [], { options: { taskId: randomUUID() } });
      await scene.setup.note(`${running}.begun`);
      expect(await control(scene, 'terminate', 'SIGKILL', running)).toEqual({ ok: `terminate: ${running}` });
      expect(await scene.outcome(running)).toMatchObject({ state: 'REVOKED' });
      expect((await scene.call('add', [1, 2])).value).toBe(3);
    },
  },
  {
    name: 'limits of tasks and the size of the pool change',
    except,
    run: async (scene) => {
      const ok = (text: string): unknown => ({ ok: text });
      const limit = 'new rate limit set successfully';
      expect(await control(scene, 'rate_limit', 'interop.noop', '1000/s')).toEqual(ok(limit));
      expect(await control(scene, 'time_limit', 'interop.noop', '30', '60')).toEqual(
        ok('time limits set successfully'),
      );
      expect(await control(scene, 'pool_grow', '1')).toEqual(ok('pool will grow'));
      expect(await control(scene, 'pool_shrink', '1')).toEqual(ok('pool will shrink'));
    },
  },
  {
    name: 'queues come and go',
    except,
    run: async (scene) => {
      const queue = `${scene.queue}.extra`;
      expect(await control(scene, 'add_consumer', queue)).toEqual({ ok: `add consumer ${queue}` });
      const id = await scene.send('add', [1, 2], { options: { queue } });
      expect(await scene.value(id)).toBe(3);
      expect(await inspect(scene, 'active_queues')).toEqual(
        expect.arrayContaining([expect.objectContaining({ name: queue })]),
      );
      expect(await control(scene, 'cancel_consumer', queue)).toEqual({ ok: `no longer consuming from ${queue}` });
    },
  },
  {
    name: 'task events are turned on and off',
    // The Python worker runs without events, and answers with its own AttributeError.
    only: 'Python calls Celeriac',
    except,
    run: async (scene) => {
      expect(await control(scene, 'enable_events')).toEqual({
        ok: expect.stringMatching(/^task events (already )?enabled$/),
      });
      expect(await control(scene, 'disable_events')).toEqual({
        ok: expect.stringMatching(/^task events (already )?disabled$/),
      });
      expect(await control(scene, 'heartbeat')).toBeNull();
    },
  },
  ...REFUSED.map(
    ([words, answer]): InteropCase => ({
      name: `control ${words.join(' ')} is refused in the same words`,
      except,
      run: async (scene) => {
        const { output } = await command(scene, ['control', '--json', ...words]);
        expect(output).toContain(
          JSON.stringify({ error: answer })
            .slice(1, -1)
            .replace('":"', scene.caller.language === 'python' ? '": "' : '":"'),
        );
      },
    }),
  ),
  {
    name: 'commands that nobody knows, and arguments that are missing, are answered in the same words',
    only: 'Python calls Celeriac',
    except,
    run: async (scene) => {
      const ask = (name: string, args: object): Promise<unknown> =>
        scene.setup.python.broadcast(name, args, nodeOf(scene));
      const error = (text: string): unknown => [{ [nodeOf(scene)]: { error: text } }];
      expect(await ask('no_such_command', {})).toEqual(error("KeyError('no_such_command')"));
      expect(await ask('query_task', { bogus: 1 })).toEqual(
        error(`TypeError("query_task() missing 1 required positional argument: 'ids'")`),
      );
    },
  },
  {
    name: 'hello: each takes over what the other has revoked',
    except,
    run: async (scene) => {
      const id = randomUUID();
      const revoked = { [id]: [12.5, id] };
      const args = { from_node: 'other@host9', revoked };
      const node = nodeOf(scene);
      const [answer] =
        scene.caller.language === 'python'
          ? ((await scene.setup.python.broadcast('hello', args, node)) as readonly { [node: string]: unknown }[])
          : [await scene.setup.celeriac.hello(node, id)];
      expect(answer?.[node]).toMatchObject({ clock: expect.any(Number), revoked: expect.any(Object) });
      if (scene.worker === 'celeriac') expect(await inspect(scene, 'revoked')).toEqual(expect.arrayContaining([id]));
    },
  },
];
