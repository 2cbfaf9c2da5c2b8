import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { Call } from '../caller.ts';
import type { InteropCase, Scene } from '../scene.ts';

type Language = 'python' | 'celeriac';

function callOf(scene: Scene, language: Language, task: string, args: readonly unknown[], more: Call['options'] = {}) {
  return { task: `interop.${task}`, args, options: { queue: scene.queueOf(language), ...more } };
}

// What both sides build is in canvas-cases.
const only = 'Python calls Celeriac';
const needsStore = ({ setup }: Scene): string | undefined =>
  setup.stack.isRpc ? 'Celery has no chords with rpc results' : undefined;

function chordCase(header: Language, body: Language): InteropCase {
  return {
    name: `chord: header on ${header}, body on ${body}`,
    only,
    except: needsStore,
    run: async (scene) => {
      const members = [1, 2, 3, 4].map((number) => callOf(scene, header, 'add', [number, number]));
      const id = await scene.setup.python.sendChord(members, callOf(scene, body, 'tsum', []));
      expect(await scene.outcome(id, 10_000)).toEqual({ state: 'SUCCESS', value: 20 });
    },
  };
}

function chainCase(steps: readonly Language[]): InteropCase {
  return {
    name: `chain over ${steps.join(', ')}`,
    only,
    run: async (scene) => {
      const [first = 'python', ...rest] = steps;
      const calls = [callOf(scene, first, 'add', [1, 2]), ...rest.map((one) => callOf(scene, one, 'mul', [3]))];
      const id = await scene.setup.python.sendChain(calls);
      expect(await scene.outcome(id)).toEqual({ state: 'SUCCESS', value: 3 * 3 ** rest.length });
    },
  };
}

/** Tasks that lead to tasks of the other language. */
export const workflowCases: readonly InteropCase[] = [
  {
    name: 'link: tasks of both languages get the value',
    run: async (scene) => {
      const [there, here] = [randomUUID(), randomUUID()];
      const link = [
        callOf(scene, scene.worker, 'witness', ['there'], { taskId: there }),
        callOf(scene, scene.caller.language, 'witness', ['here'], { taskId: here }),
      ];
      await scene.value(await scene.send('add', [2, 3], { options: { link } }));
      expect(await scene.setup.note(there)).toEqual({ by: scene.worker, args: [5, 'there'], kwargs: {} });
      expect(await scene.setup.note(here)).toEqual({ by: scene.caller.language, args: [5, 'here'], kwargs: {} });
    },
  },
  {
    name: 'link_error, old style: a task of the other language gets the id',
    run: async (scene) => {
      const linkError = [callOf(scene, scene.caller.language, 'errback', [])];
      const id = await scene.send('fail', ['KeyError', 'k'], { options: { linkError } });
      expect((await scene.outcome(id)).state).toBe('FAILURE');
      expect(await scene.setup.note(`${id}.errback`)).toEqual({ by: scene.caller.language, args: [id] });
    },
  },
  {
    name: 'link_error, new style: the worker calls it with request, error and traceback',
    run: async (scene) => {
      const linkError = [callOf(scene, scene.worker, 'errback_new', [])];
      const id = await scene.send('fail', ['KeyError', 'k'], { options: { linkError } });
      expect((await scene.outcome(id)).state).toBe('FAILURE');
      const note = await scene.setup.note(`${id}.errback_new`);
      expect(note['by']).toBe(scene.worker);
      expect(note['exc']).toContain('KeyError');
      expect(note['traceback']).toContain(scene.worker === 'python' ? 'interop_app.py' : 'interop-app.ts');
    },
  },
  chainCase(['python', 'celeriac']),
  chainCase(['celeriac', 'python']),
  chainCase(['celeriac', 'python', 'celeriac', 'python']),
  {
    name: 'chain whose first step fails: the last one fails with the same error',
    only,
    run: async (scene) => {
      const steps = [callOf(scene, 'celeriac', 'fail', ['ValueError', 'first']), callOf(scene, 'python', 'mul', [3])];
      const id = await scene.setup.python.sendChain(steps);
      // Python raises as soon as the first step has failed; the others are told after that.
      const { error } = await scene.outcome(id);
      await expect.poll(async () => (await scene.caller.state(id)).state, { timeout: 5_000 }).toBe('FAILURE');
      expect(error).toMatchObject({ type: 'ValueError', args: ['first'] });
    },
  },
  chordCase('celeriac', 'python'),
  chordCase('python', 'celeriac'),
  chordCase('celeriac', 'celeriac'),
];
