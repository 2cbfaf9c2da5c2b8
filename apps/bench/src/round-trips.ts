/** What {@link roundTrips} needs of a task. */
interface Callable {
  delay(value: number): Promise<{ get(): Promise<unknown> }>;
}

/** How fast tasks went through. */
export interface Throughput {
  readonly tasks: number;
  readonly seconds: number;
  readonly perSecond: number;
}

/** Tasks that are on their way at a time. */
const WINDOW = 4_000;
const BATCH = 500;

/**
 * Sends `count` tasks and reads every result back, with a bounded number on their way.
 * @throws when a result is not the value that was sent
 */
export async function roundTrips(task: Callable, count: number): Promise<Throughput> {
  const startedAt = performance.now();
  const underWay = new Set<Promise<void>>();
  for (let sent = 0; sent < count; sent += BATCH) {
    const batch = trips(task, sent, Math.min(BATCH, count - sent)).then(() => void underWay.delete(batch));
    underWay.add(batch);
    if (underWay.size >= WINDOW / BATCH) await Promise.race(underWay);
  }
  await Promise.all(underWay);
  const seconds = (performance.now() - startedAt) / 1000;
  return { tasks: count, seconds, perSecond: Math.round(count / seconds) };
}

async function trips(task: Callable, from: number, count: number): Promise<void> {
  const results = await Promise.all(Array.from({ length: count }, (_, index) => task.delay(from + index)));
  const values = await Promise.all(results.map((result) => result.get()));
  const wrong = values.findIndex((value, index) => value !== from + index);
  if (wrong >= 0) throw new Error(`Task ${from + wrong} gave ${String(values[wrong])}.`);
}
