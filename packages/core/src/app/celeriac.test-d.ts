import { z } from 'zod';
import type { AsyncResult } from '../result/async-result.ts';
import { BaseTask } from '../task/base-task.ts';
import type { TaskContext } from '../task/task-context.ts';
import { Celeriac } from './celeriac.ts';
import { sharedTask } from './shared-task.ts';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function expectTrue<_Claim extends true>(): void {}

const app = new Celeriac('types');

const add = app.task('add', (x: number, y: number) => x + y);
const sent = add.delay(2, 3);
expectTrue<Equal<typeof sent, Promise<AsyncResult<number>>>>();
// @ts-expect-error the second argument is a number
add.delay(2, 'x');
// @ts-expect-error an argument is missing
add.delay(2);
// @ts-expect-error there is no third argument
add.delay(2, 3, 4);
// @ts-expect-error the result is a number
const wrong: Promise<AsyncResult<string>> = add.delay(2, 3);
add.applyAsync([2, 3], { countdown: 10 });
add.applyAsync([2], { kwargs: { y: 3 } });
// @ts-expect-error positional arguments are missing and no keyword gives them
add.applyAsync([2], { countdown: 10 });
// @ts-expect-error options are checked
add.applyAsync([2, 3], { countDown: 10 });
// @ts-expect-error the app checks settings
new Celeriac('typo', { taksAcksLate: true });
expectTrue<Equal<ReturnType<typeof add.run>, number>>();

const greet = app.task('greet', async (name: string, polite?: boolean) => ({ text: name, polite, at: new Date(0) }));
const greeting = (await greet.delay('x')).get();
expectTrue<Equal<typeof greeting, Promise<{ text: string; polite: boolean | undefined; at: string }>>>();

const nothing = (await app.task('nothing', () => {}).delay()).get();
expectTrue<Equal<typeof nothing, Promise<null>>>();

const bound = app.task('bound', { bind: true, parameters: ['folder'] }, async (context, folder: string) => {
  await context.updateState('PROGRESS', { folder });
  return context.request.id;
});
bound.delay('/tmp');
// @ts-expect-error the context is no argument of the call
bound.delay({}, '/tmp');
// @ts-expect-error one name for each argument
app.task('names', { parameters: ['x'] }, (x: number, y: number) => x + y);
app.task('names', { parameters: ['x', 'y'] }, (x: number, y: number) => x + y);
app.task('names', { parameters: ['x', 'y?'] }, (x: number, y?: number) => x + (y ?? 0));
// @ts-expect-error an argument that may be left out is marked
app.task('names', { parameters: ['x', 'y'] }, (x: number, y?: number) => x + (y ?? 0));

class Base extends BaseTask {
  readonly rate = 2;
}
const based = app.task('based', { bind: true, base: Base }, (context, x: number) => context.task.rate * x);
based.delay(2);
// @ts-expect-error the argument is a number
based.delay('2');
class Charge extends BaseTask {
  override readonly name: string = 'charge';
  run(_context: TaskContext, cents: number): { charged: number } {
    return { charged: cents };
  }
}
const charge = app.registerTask(new Charge());
const charged = charge.delay(100);
expectTrue<Equal<typeof charged, Promise<AsyncResult<{ charged: number }>>>>();
// @ts-expect-error the argument is a number
charge.delay('100');
const common = sharedTask('common', (x: number) => String(x));
const commonResult = common.delay(1);
expectTrue<Equal<typeof commonResult, Promise<AsyncResult<string>>>>();
// @ts-expect-error options of tasks are checked
app.task('options', { acksLaet: true }, (x: number) => x);

const schema = z.tuple([z.number(), z.string().transform((text) => text.length)]);
const checked = app.task('checked', { schema }, (count, length) => count * length);
checked.delay(2, 'abc');
// @ts-expect-error the caller gives what the schema takes, not what it makes of it
checked.delay(2, 3);
const product = (await checked.delay(2, 'abc')).get();
expectTrue<Equal<typeof product, Promise<number>>>();
app.task('checked bound', { schema, bind: true }, (context, count, length) => {
  context.log.info('x');
  return count * length;
});

const foreign = app.foreign<[x: number, y: number], number>('tasks.add', { queue: 'python' });
foreign.delay(1, 2);
// @ts-expect-error foreign tasks are typed too
foreign.delay('1', 2);
// @ts-expect-error nobody here can run it
foreign.apply([1, 2]);

void wrong;
