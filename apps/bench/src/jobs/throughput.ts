import type { SystemEntry } from '../systems/system.ts';
import type { Job, JobContext } from './job.ts';
import { quickWidths } from './quick-widths.ts';
import { Stage } from './stage.ts';

/** Tasks to warm up with: so many, but at least the few, where they take longer than this to send. */
const WARM_UP = 3_000;
const WARM_UP_LEAST = 500;
const WARM_UP_SECONDS = 0.5;
const WARM_UP_IN_FLIGHT = 200;
const FEWEST = 300;
const MOST = 60_000;
const PER_CPU_FIGURE = 100_000;
/** How much slower one at a time is than many, roughly. */
const ONE_BY_ONE = 0.25;

/** Sends a backlog and works it off, at several widths. Every result is read back. */
export const throughput: Job = {
  name: 'throughput',
  what: 'sends one by one with 1, 50, 1,000 in flight and in bulk; drains backlogs at rising concurrency; CPU seconds',
  brokers: ['redis', 'rabbitmq', 'sqlite', 'postgres'],
  rounds: { quick: 2, full: 3 },
  run,
};

async function run(entry: SystemEntry, context: JobContext): Promise<void> {
  const { server, python, profiles } = context;
  const { broker, name } = entry;
  const stage = await Stage.open({
    server,
    entry,
    python,
    execArgv: {
      client: profiles?.argv(broker, name, 'client') ?? [],
      worker: profiles?.argv(broker, name, 'worker') ?? [],
    },
  });
  try {
    const pace = await warmUp(stage, entry.module !== 'celery');
    const widths = context.quick ? quickWidths(entry, context.concurrency) : context.concurrency;
    for (const [index, concurrency] of widths.entries()) {
      const inFlight = index === widths.length - 1 ? 1000 : index === 0 ? 1 : 50;
      await sendAndDrain(stage, { entry, context, concurrency, inFlight, pace });
    }
    if (entry.module !== 'celery' && !context.quick) await sendInBulk(stage, entry, context, pace);
    profiles?.count(broker, name, stage.sent);
    await stage.verify();
  } finally {
    await stage.close();
  }
}

/** Tasks per second, roughly. */
interface Pace {
  readonly send: number;
  readonly drain: number;
  /** It has a call for many, which fills a backlog quickly. */
  readonly hasBulk: boolean;
}

/** Code is compiled and connections are open before anything counts. */
async function warmUp(stage: Stage, hasBulk: boolean): Promise<Pace> {
  const first = await stage.send(WARM_UP_LEAST, WARM_UP_IN_FLIGHT);
  const more = Math.round(Math.min(WARM_UP - WARM_UP_LEAST, first * WARM_UP_SECONDS));
  const send = await stage.send(more, WARM_UP_IN_FLIGHT);
  const count = WARM_UP_LEAST + more;
  const { tasksPerSecond, startedSeconds } = await stage.drain(count, 100);
  // What was done at the first look already has no rate of its own.
  const isMeasured = Number.isFinite(tasksPerSecond) && tasksPerSecond > 0;
  return { send, drain: isMeasured ? tasksPerSecond : count / startedSeconds, hasBulk };
}

interface Part {
  readonly entry: SystemEntry;
  readonly context: JobContext;
  readonly concurrency: number;
  readonly inFlight: number;
  readonly pace: Pace;
}

async function sendAndDrain(stage: Stage, { entry, context, concurrency, inFlight, pace }: Part): Promise<void> {
  const { measurements, seconds } = context;
  const of = (job: string, variant: string) => ({ job, broker: entry.broker, variant, system: entry.name });
  // One at a time is slower than the warm-up by far.
  const slowness = inFlight === 1 ? ONE_BY_ONE : 1;
  const count = clamp(pace.send * seconds * slowness);
  const before = stage.cpu();
  measurements.add(of('send', `${inFlight} in flight`), 'tasks/s', await stage.send(count, inFlight));
  const after = stage.cpu();
  // What sends slowly may drain fast: the backlog is as long as the drain is to take, which is longer one by one.
  const wanted = clamp(pace.drain * seconds * (concurrency === 1 ? ONE_BY_ONE : 1));
  const more = pace.hasBulk ? Math.max(0, wanted - count) : 0;
  if (more > 0) await stage.send(more, 0);
  const drained = count + more;
  const { tasksPerSecond, cpu } = await stage.drain(drained, concurrency);
  measurements.add(of('drain', `c=${concurrency}`), 'tasks/s', tasksPerSecond);
  if (inFlight < 1000) return;
  const scaled = (cpuSeconds: number, tasks: number): number => (cpuSeconds * PER_CPU_FIGURE) / tasks;
  measurements.add(of('CPU of 100,000 sends', 'client'), 'CPU s', scaled(after.client - before.client, count));
  measurements.add(of('CPU of 100,000 sends', 'broker'), 'CPU s', scaled(after.broker - before.broker, count));
  measurements.add(of('CPU of 100,000 drained', 'worker'), 'CPU s', scaled(cpu.worker, drained));
  measurements.add(of('CPU of 100,000 drained', 'broker'), 'CPU s', scaled(cpu.broker, drained));
}

async function sendInBulk(stage: Stage, entry: SystemEntry, context: JobContext, pace: Pace): Promise<void> {
  const count = clamp(Math.min(pace.send, pace.drain) * context.seconds);
  try {
    const perSecond = await stage.send(count, 0);
    const key = { job: 'send', broker: entry.broker, variant: 'in bulk', system: entry.name };
    context.measurements.add(key, 'tasks/s', perSecond);
    await stage.drain(count, 100);
  } catch (error) {
    if (!/no call for many/.test(String(error))) throw error;
  }
}

function clamp(count: number): number {
  return Math.round(Math.min(MOST, Math.max(FEWEST, count)));
}
