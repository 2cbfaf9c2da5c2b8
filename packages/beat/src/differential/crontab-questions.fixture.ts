import { DAY_MS, HOUR_MS, MINUTE_MS } from '../zone/civil-time.ts';
import { TimeZone } from '../zone/time-zone.ts';

/** A question to both: fields in Celery's order, times in Unix milliseconds. */
export interface CrontabQuestion {
  readonly zone: string;
  readonly minute: string;
  readonly hour: string;
  readonly dayOfWeek: string;
  readonly dayOfMonth: string;
  readonly monthOfYear: string;
  readonly lastMs: number;
  readonly nowMs: number;
}

/** Zones with changes of an hour and of half an hour, at midnight too, north and south, and some without. */
const ZONES = [
  'UTC',
  'Europe/Berlin',
  'Europe/London',
  'Europe/Istanbul',
  'America/New_York',
  'America/Los_Angeles',
  'America/Sao_Paulo',
  'America/Santiago',
  'America/St_Johns',
  'Africa/Cairo',
  'Asia/Kolkata',
  'Asia/Tehran',
  'Asia/Beirut',
  'Asia/Tokyo',
  'Australia/Sydney',
  'Australia/Lord_Howe',
  'Pacific/Auckland',
];
// Where Debian's and Node's tables of zones agree whatever their age.
const FROM = Date.UTC(2012, 0, 1);
const UNTIL = Date.UTC(2022, 0, 1);

/** mulberry32: the same questions in every run. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Half of the questions lie around changes of the clocks, every one of which is asked about. */
export function crontabQuestions(count: number, seed: number): readonly CrontabQuestion[] {
  const next = random(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(next() * items.length)]!;
  const changes = ZONES.flatMap((zone) => changesOf(zone).map((atMs) => ({ zone, atMs })));
  return Array.from({ length: count }, (_item, index) => {
    const isNear = index % 2 === 0;
    const change = changes[(index / 2) % changes.length]!;
    const { zone, atMs } = isNear ? change : { zone: pick(ZONES), atMs: FROM + next() * (UNTIL - FROM) };
    const lastMs = Math.floor((atMs + (isNear ? (next() - 0.6) * 5 * HOUR_MS : 0)) / 1000) * 1000;
    const spans = [MINUTE_MS, HOUR_MS, 3 * HOUR_MS, isNear ? 5 * HOUR_MS : DAY_MS, isNear ? DAY_MS : 40 * DAY_MS];
    const nowMs = lastMs + Math.floor((next() * pick(spans)) / 1000) * 1000;
    return { zone, ...fieldsOf(next, pick), lastMs, nowMs };
  });
}

function changesOf(zone: string): readonly number[] {
  const found: number[] = [];
  for (let at = FROM; ; ) {
    const change = TimeZone.of(zone).nextChange(at, UNTIL);
    if (change === undefined) return found;
    found.push(change);
    at = change;
  }
}

type Fields = Omit<CrontabQuestion, 'zone' | 'lastMs' | 'nowMs'>;

function fieldsOf(next: () => number, pick: <T>(items: readonly T[]) => T): Fields {
  const field = (least: number, most: number, open: number): string => {
    const number = (): number => least + Math.floor(next() * (most - least + 1));
    const one = (): string => {
      const kind = next();
      if (kind < 0.4) return String(number());
      if (kind < 0.6) return `*/${1 + Math.floor(next() * (most - least))}`;
      // Either end may be the greater one: ranges wrap around.
      return kind < 0.8 ? `${number()}-${number()}` : `${number()}-${number()}/${1 + Math.floor(next() * 6)}`;
    };
    if (next() < open) return '*';
    return next() < 0.7 ? one() : `${one()},${one()}`;
  };
  const days = ['mon-fri', 'sat,sun', 'sunday', 'thu-mon', 'Tue'];
  return {
    minute: field(0, 59, 0.2),
    hour: field(0, 23, 0.4),
    dayOfWeek: next() < 0.15 ? pick(days) : field(0, 6, 0.7),
    // From 1 to 28, as Celery never comes back from a day that no month has.
    dayOfMonth: field(1, next() < 0.5 ? 28 : 31, 0.7),
    monthOfYear: field(1, 12, 0.8),
  };
}
