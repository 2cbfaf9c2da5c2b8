import { expect } from 'vitest';
import type { Flow } from '../caller.ts';
import type { InteropCase, Scene } from '../scene.ts';

/** Who runs the tasks of a workflow: all of them the other side, or both sides in turn. */
type Fleet = 'the other side' | 'both sides in turn';

/** Writes calls of a workflow. */
type Calls = (task: string, ...args: readonly unknown[]) => Flow;

interface CanvasCase {
  readonly name: string;
  readonly flow: (call: Calls, still: Calls) => Flow;
  readonly args?: readonly unknown[];
  readonly value: unknown;
  /** Needs a result store that all workers share. */
  readonly joins?: boolean;
}

const cases: readonly CanvasCase[] = [
  { name: 'chain', flow: (c) => ({ chain: [c('add', 1, 2), c('mul', 3), c('add', 4)] }), value: 13 },
  {
    name: 'chain with an immutable step and arguments of the call',
    flow: (c, still) => ({ chain: [c('add', 1), still('add', 2, 2), c('mul', 5)] }),
    args: [10],
    value: 20,
  },
  { name: 'group', flow: (c) => ({ group: [c('add', 1, 1), c('mul', 2, 3), c('add', 3, 3)] }), value: [2, 6, 6] },
  {
    name: 'group with arguments of the call',
    flow: (c) => ({ group: [c('add', 1), c('mul', 2)] }),
    args: [10],
    value: [11, 20],
  },
  {
    name: 'chord',
    flow: (c) => ({ chord: { header: [1, 2, 3, 4, 5].map((n) => c('add', n, n)), body: c('tsum') } }),
    value: 30,
    joins: true,
  },
  {
    name: 'chord of 200, whose results come in order',
    flow: (c) => ({ chord: { header: Array.from({ length: 200 }, (_, n) => c('add', n, 1)), body: c('echo') } }),
    value: { args: [Array.from({ length: 200 }, (_, n) => n + 1)], kwargs: {} },
    joins: true,
  },
  {
    name: 'group in the middle of a chain',
    flow: (c) => ({ chain: [c('add', 1, 1), { group: [c('mul', 2), c('mul', 3)] }, c('tsum'), c('add', 1)] }),
    value: 11,
    joins: true,
  },
  {
    name: 'chain that ends with a group',
    flow: (c) => ({ chain: [c('add', 1, 1), { group: [c('mul', 2), c('mul', 3)] }] }),
    value: [4, 6],
  },
  {
    name: 'chord whose body is a chain',
    flow: (c) => ({ chord: { header: [c('add', 1, 1), c('add', 2, 2)], body: { chain: [c('tsum'), c('mul', 10)] } } }),
    value: 60,
    joins: true,
  },
  {
    name: 'chord whose header holds chains and chords',
    flow: (c) => ({
      chord: {
        header: [
          { chain: [c('add', 1, 1), c('mul', 2)] },
          { chord: { header: [c('add', 1, 1), c('add', 2, 2)], body: c('tsum') } },
          c('add', 5, 5),
        ],
        body: c('tsum'),
      },
    }),
    value: 20,
    joins: true,
  },
  {
    name: 'chord after chord',
    flow: (c) => ({
      chain: [
        c('add', 1, 1),
        { group: [c('add', 1), c('add', 2)] },
        c('tsum'),
        { group: [c('add', 1), c('add', 2)] },
        c('tsum'),
      ],
    }),
    value: 17,
    joins: true,
  },
  {
    name: 'group in a group',
    flow: (c) => ({ chain: [{ group: [{ group: [c('add', 1, 1), c('add', 2, 2)] }, c('add', 3, 3)] }, c('tsum')] }),
    value: 12,
    joins: true,
  },
];

const needsStore = ({ setup }: Scene): string | undefined =>
  setup.stack.isRpc ? 'there are no chords with rpc results' : undefined;

function canvasCase({ name, flow, args, value, joins }: CanvasCase, fleet: Fleet): InteropCase {
  return {
    name: `canvas, ${fleet}: ${name}`,
    except: (scene) => (joins || scene.setup.stack.isRpc ? needsStore(scene) : undefined),
    run: async (scene) => {
      const { caller } = scene;
      const id = await caller.sendFlow(flow(callsOf(scene, fleet, false), callsOf(scene, fleet, true)), args);
      expect(await scene.outcome(id, 20_000)).toEqual({ state: 'SUCCESS', value });
    },
  };
}

/** In turn, so that header and body, and the members of a header, are on both sides. */
function callsOf(scene: Scene, fleet: Fleet, immutable: boolean): Calls {
  let count = 0;
  return (task, ...args) => {
    const queue = fleet === 'the other side' || count++ % 2 === 0 ? scene.queue : scene.homeQueue;
    return { call: { task: `interop.${task}`, args, options: { queue } }, immutable };
  };
}

const sequences: readonly InteropCase[] = [
  {
    name: 'canvas: map and starmap',
    run: async (scene) => {
      const options = { queue: scene.queue };
      const map = await scene.caller.sendFlow({
        map: { task: { task: 'interop.kind', options }, items: ['a', 1, null] },
      });
      const starmap = await scene.caller.sendFlow({
        starmap: {
          task: { task: 'interop.add', options },
          items: [
            [1, 2],
            [3, 4],
          ],
        },
      });
      expect(await scene.value(map)).toEqual(['str', 'int', 'NoneType']);
      expect(await scene.value(starmap)).toEqual([3, 7]);
    },
  },
  {
    name: 'canvas: chunks',
    run: async (scene) => {
      const items = [0, 1, 2, 3, 4].map((n) => [n, n]);
      const task = { task: 'interop.add', options: { queue: scene.queue } };
      const id = await scene.caller.sendFlow({ chunks: { task, items, size: 2 } });
      expect(await scene.value(id)).toEqual([[0, 2], [4, 6], [8]]);
    },
  },
  ...(['chain', 'group'] as const).map(
    (kind): InteropCase => ({
      name: `canvas: a chord whose header fails, with a ${kind} for its body`,
      except: needsStore,
      run: async (scene) => {
        const call = callsOf(scene, 'the other side', false);
        const body: Flow = kind === 'chain' ? { chain: [call('tsum'), call('add', 1)] } : call('tsum');
        const header = [call('add', 1, 1), call('fail', 'ValueError', 'in the header'), call('add', 2, 2)];
        // Celery before 5.3 leaves the last id of such a chain pending for ever.
        if (kind === 'chain' && scene.worker === 'python' && !scene.isPythonFrom([5, 3])) return;
        const id = await scene.caller.sendFlow({ chord: { header, body } });
        // A Python caller is shown the header's own error first; the store has the body's.
        await expect.poll(async () => (await scene.caller.state(id)).state, { timeout: 20_000 }).toBe('FAILURE');
        const { state, error } = await scene.setup.celeriac.outcome(id, 20_000);
        expect([state, error?.type]).toEqual(['FAILURE', 'ChordError']);
        expect(String(error?.args[0])).toContain("raised ValueError('in the header')");
      },
    }),
  ),
];

/** Every kind of workflow, of one side's client to the other side's worker, and to both. */
export const canvasCases: readonly InteropCase[] = [
  ...cases.map((one) => canvasCase(one, 'the other side')),
  ...cases.filter(({ joins }) => joins).map((one) => canvasCase(one, 'both sides in turn')),
  ...sequences,
];
