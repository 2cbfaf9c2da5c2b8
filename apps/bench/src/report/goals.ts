import type { MeasurementKey, Measurements } from '../measure/measurements.ts';

/** What is wanted of Celeriac beside another system in the same run. */
export interface Goal {
  readonly name: string;
  /** Celeriac's figure; the system is filled in. */
  readonly figure: Omit<MeasurementKey, 'system'>;
  /** The system it is compared with, and its figure where that is another one. */
  readonly against?: string;
  readonly againstFigure?: Omit<MeasurementKey, 'system'>;
  /** The ratio of the two figures must be at least, or at most, this. Without `against` the figure itself. */
  readonly atLeast?: number;
  readonly atMost?: number;
  /** Added to the other system's figure before they are compared. */
  readonly plus?: number;
}

/** How a goal stands. */
export interface GoalReport {
  readonly goal: Goal;
  /** The ratio, or the figure where nothing is compared; undefined when it was not measured. */
  readonly reached: number | undefined;
  readonly met: boolean | undefined;
  /** The same ratio to the client with the smallest message, for information; undefined where there is none. */
  readonly besideBare: number | undefined;
}

/** Whose goals these are. */
export const SUBJECT = 'celeriac';
/** The raw client on the same wire, and the one whose messages say next to nothing. */
const RAW = 'raw';
const BARE = 'bare';

/** Compares the medians of one run. */
export function judge(goals: readonly Goal[], measurements: Measurements): readonly GoalReport[] {
  return goals.map((goal) => {
    const own = measurements.value({ ...goal.figure, system: SUBJECT });
    const other =
      goal.against === undefined
        ? 1
        : measurements.value({ ...(goal.againstFigure ?? goal.figure), system: goal.against });
    const bare = goal.against === RAW ? measurements.value({ ...goal.figure, system: BARE }) : undefined;
    const besideBare = own === undefined || bare === undefined ? undefined : own / bare;
    if (own === undefined || other === undefined) return { goal, reached: undefined, met: undefined, besideBare };
    const reached = own / (other + (goal.plus ?? 0));
    const { atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY } = goal;
    return { goal, reached, met: reached >= atLeast && reached <= atMost, besideBare };
  });
}

const drain = (broker: 'redis' | 'rabbitmq' | 'sqlite' | 'postgres', variant = 'c=100') =>
  ({ job: 'drain', broker, variant }) as const;
const send = (broker: 'redis' | 'rabbitmq' | 'sqlite' | 'postgres', variant = '1000 in flight') =>
  ({ job: 'send', broker, variant }) as const;
const idle = (variant: string) => ({ job: 'enqueue→result', broker: 'redis', variant }) as const;

/**
 * What no change may fall below: ratios to the raw client in the same run, with so much room that only a real loss shows
 * on a busy machine.
 */
export const regressionFloors: readonly Goal[] = [
  { name: 'Redis drain, c=100', figure: drain('redis'), against: RAW, atLeast: 0.3 },
  { name: 'Redis send, 1,000 in flight', figure: send('redis'), against: RAW, atLeast: 0.3 },
  { name: 'SQLite FULL drain', figure: drain('sqlite'), against: RAW, atLeast: 0.15 },
  { name: 'SQLite FULL send, 1,000 in flight', figure: send('sqlite'), against: RAW, atLeast: 2 },
];

/** The goals, each a ratio within one run. */
export const goals: readonly Goal[] = [
  { name: 'Redis drain, c=100', figure: drain('redis'), against: 'bullmq', atLeast: 2 },
  { name: 'Redis drain, c=100', figure: drain('redis'), against: 'bee-queue', atLeast: 1.6 },
  { name: 'Redis drain, c=100', figure: drain('redis'), against: 'celery', atLeast: 30 },
  { name: 'Redis drain, c=100', figure: drain('redis'), against: RAW, atLeast: 1 },
  { name: 'Redis drain, c=1', figure: drain('redis', 'c=1'), against: 'bullmq', atLeast: 2 },
  { name: 'Redis drain, c=10', figure: drain('redis', 'c=10'), against: 'bullmq', atLeast: 2 },
  { name: 'Redis send, 1,000 in flight', figure: send('redis'), against: 'bullmq', atLeast: 2 },
  { name: 'Redis send, 1,000 in flight', figure: send('redis'), against: RAW, atLeast: 0.7 },
  { name: 'Redis enqueue→result, idle p50', figure: idle('idle p50'), against: 'bullmq', atMost: 0.6 },
  { name: 'Redis enqueue→result, idle p99', figure: idle('idle p99'), against: 'bullmq', atMost: 1 },
  { name: 'RabbitMQ send, confirmed', figure: send('rabbitmq'), against: RAW, atLeast: 0.9 },
  { name: 'RabbitMQ drain, results in Redis', figure: drain('rabbitmq'), against: RAW, atLeast: 0.75 },
  { name: 'RabbitMQ drain, results in Redis', figure: drain('rabbitmq'), against: 'celery', atLeast: 4 },
  { name: 'SQLite FULL send, 1,000 in flight', figure: send('sqlite'), against: RAW, atLeast: 3 },
  { name: 'SQLite FULL drain', figure: drain('sqlite'), against: RAW, atLeast: 0.4 },
  {
    name: 'PostgreSQL send, 1,000 in flight, against single sends',
    figure: send('postgres'),
    against: 'pg-boss',
    atLeast: 3,
  },
  { name: 'PostgreSQL drain, both batched', figure: drain('postgres'), against: 'graphile-worker', atLeast: 1 },
  {
    name: 'PostgreSQL drain, both one by one',
    figure: drain('postgres', 'c=1'),
    against: 'graphile-worker (unbatched)',
    atLeast: 1,
  },
  {
    name: 'prefork drain, Redis, childConcurrency 1',
    figure: drain('redis', 'prefork, 2 children'),
    against: 'celery',
    atLeast: 15,
  },
  {
    name: 'worker ready (first task done)',
    figure: { job: 'start-up', broker: 'redis', variant: 'worker: first task done' },
    against: 'celery',
    atMost: 0.4,
  },
  {
    name: 'cold producer: import and first send, ms',
    figure: { job: 'start-up', broker: 'redis', variant: 'producer: first send confirmed' },
    atMost: 150,
  },
  {
    name: 'memory of an idle worker, MB',
    figure: { job: 'memory', broker: 'redis', variant: 'idle worker after 5,000 tasks' },
    atMost: 80,
  },
  {
    name: 'memory of an idle worker, against BullMQ + 15 MB',
    figure: { job: 'memory', broker: 'redis', variant: 'idle worker after 5,000 tasks' },
    against: 'bullmq',
    plus: 15,
    atMost: 1,
  },
];
