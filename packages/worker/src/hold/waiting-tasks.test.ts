import type { RegisteredTask } from '@celeriac/core/internal';
import type { TaskRequest } from '@celeriac/protocol';
import { FakeClock } from '@celeriac/testkit';
import type { Delivery } from '@celeriac/transport';
import { describe, expect, it } from 'vitest';
import { ReceivedTask } from '../request/received-task.ts';
import type { Undecodable } from '../request/undecodable.ts';
import { WaitingTasks } from './waiting-tasks.ts';

interface FakeDelivery extends Delivery {
  held: boolean;
  isShelved: boolean;
}

/** Tasks named `limited` start once a second; a message with the id `odd` cannot be read a second time. */
function scene() {
  const clock = new FakeClock(0);
  const opened: string[] = [];
  const refused: string[] = [];
  const received = (delivery: Delivery): ReceivedTask => {
    const { id, task, stamp } = delivery.message.headers as { id: string; task: string; stamp?: string };
    const request = { id, task, stamps: { stamp } } as unknown as TaskRequest;
    const options = { rateLimit: task === 'limited' ? '1/s' : undefined };
    return new ReceivedTask(delivery, delivery.message, request, { name: task, options } as unknown as RegisteredTask);
  };
  const waiting = new WaitingTasks({
    clock,
    unlimited: false,
    reopen: (delivery) => {
      const { id } = delivery.message.headers;
      opened.push(String(id));
      return id === 'odd' ? ({ code: 'CLR_DECODE', id } as Undecodable) : received(delivery);
    },
    onUndecodable: ({ id }) => refused.push(String(id)),
    onDue: () => {},
  });
  const task = (id: string, headers: object = {}): ReceivedTask => {
    const message = { headers: { id, task: 'plain', ...headers } };
    const delivery = { message, held: true, isShelved: false, shelve: () => (delivery.isShelved = true) };
    return received(delivery as unknown as Delivery);
  };
  const takeAll = (): string[] => {
    const ids: string[] = [];
    for (let next = waiting.take(); next !== undefined; next = waiting.take()) ids.push(next.id);
    return ids;
  };
  return { clock, waiting, task, opened, refused, takeAll };
}

function lose({ delivery }: ReceivedTask): void {
  (delivery as FakeDelivery).held = false;
}

const idsOf = (tasks: Iterable<ReceivedTask>): string[] => Array.from(tasks, ({ id }) => id);

describe('tasks that wait for their time', () => {
  it('are shelved, and opened one by one when they are due and it is their turn', async () => {
    const { clock, waiting, task, opened } = scene();
    const held = ['a', 'b', 'c'].map((id) => task(id));
    for (const one of held) waiting.hold(one, 100);
    expect(held.every(({ delivery }) => (delivery as FakeDelivery).isShelved)).toBe(true);
    await clock.advance(100);
    expect([waiting.held, waiting.ready, opened]).toEqual([0, 3, []]);
    expect(waiting.peek()?.id).toBe('a');
    expect(waiting.peek()).toBe(waiting.take());
    expect([waiting.ready, opened]).toEqual([2, ['a']]);
    expect(waiting.peek()?.id).toBe('b');
    expect(waiting.ready).toBe(2);
    expect(idsOf(waiting.readyTasks)).toEqual(['b', 'c']);
  });

  it('keep their place before what comes later, and behind what came before and what was given back', async () => {
    const { clock, waiting, task, takeAll } = scene();
    waiting.hold(task('due'), 100);
    waiting.add(task('before'));
    await clock.advance(100);
    waiting.add(task('after'));
    expect(waiting.peek()?.id).toBe('before');
    waiting.addFirst([task('back')]);
    expect(takeAll()).toEqual(['back', 'before', 'due', 'after']);
  });

  it('wait for the turn of their kind then, and hold up no others', async () => {
    const { clock, waiting, task, takeAll } = scene();
    for (const id of ['one', 'two', 'three']) waiting.hold(task(id, { task: 'limited' }), 100);
    waiting.hold(task('free'), 100);
    await clock.advance(100);
    expect(takeAll()).toEqual(['one', 'free']);
    expect(waiting.ready).toBe(2);
    await clock.advance(1000);
    expect(takeAll()).toEqual(['two']);
  });

  it('are refused when they cannot be read any more, and the next one is given', async () => {
    const { clock, waiting, task, refused, takeAll } = scene();
    for (const id of ['odd', 'even']) waiting.hold(task(id), 100);
    expect(idsOf(waiting.heldTasks())).toEqual(['even']);
    expect(refused).toEqual([]);
    await clock.advance(100);
    expect(takeAll()).toEqual(['even']);
    expect(refused).toEqual(['odd']);
  });

  it('are found by their id, and taken out by it or by what they bear', () => {
    const { waiting, task } = scene();
    for (const id of ['a', 'b', 'b', 'c']) waiting.hold(task(id, { stamp: id }), 100);
    expect(idsOf(waiting.heldTasksOf('b'))).toEqual(['b', 'b']);
    expect(idsOf(waiting.unhold('b'))).toEqual(['b', 'b']);
    expect(idsOf(waiting.unholdWhere(({ request }) => request.stamps['stamp'] === 'a'))).toEqual(['a']);
    expect(idsOf(waiting.heldTasks())).toEqual(['c']);
  });
});

describe('everything that waits', () => {
  async function full() {
    const { clock, waiting, task, ...rest } = scene();
    const all = ['loner', 'back', 'ready', 'due', 'lane-1', 'lane-2', 'held'].map((id) =>
      task(id, { task: id.startsWith('lane') ? 'limited' : 'plain' }),
    );
    const [loner, back, ready, due, first, second, held] = all as [ReceivedTask, ...ReceivedTask[]];
    waiting.hold(due!, 100);
    waiting.hold(held!, 200);
    waiting.add(ready!);
    waiting.add(first!);
    waiting.add(second!);
    await clock.advance(100);
    waiting.peek();
    waiting.addAlone(loner);
    waiting.addFirst([back!]);
    return { clock, waiting, all, ...rest };
  }

  it('is given back by its deliveries', async () => {
    const { waiting, all } = await full();
    expect(new Set(waiting.removeAll())).toEqual(new Set(all.map(({ delivery }) => delivery)));
    expect([waiting.ready, waiting.held, waiting.peek(), waiting.takeLoner()]).toEqual([0, 0, undefined, undefined]);
  });

  it('is forgotten where it is not held any more', async () => {
    const { clock, waiting, all, takeAll } = await full();
    for (const one of all) if (!['back', 'due'].includes(one.id)) lose(one);
    waiting.removeLost();
    await clock.advance(5000);
    expect(takeAll()).toEqual(['back', 'due']);
    expect([waiting.ready, waiting.held]).toEqual([0, 0]);
  });
});
