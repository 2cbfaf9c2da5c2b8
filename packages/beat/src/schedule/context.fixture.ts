import { wallText } from '../zone/civil-time.ts';
import { TimeZone } from '../zone/time-zone.ts';
import type { Schedule, ScheduleContext } from './schedule.ts';

/** What a schedule needs, in a zone and with Celery's rules unless said otherwise. */
export function contextOf(zone = 'UTC', policies: Partial<ScheduleContext> = {}): ScheduleContext {
  return { zone: TimeZone.of(zone), daylightGap: 'next-valid', repeatedHour: 'once', ...policies };
}

/** The next `count` due times after a moment, as the wall shows them with the offset from Greenwich in hours. */
export function comingTimes(
  schedule: Schedule,
  after: string,
  count: number,
  context: ScheduleContext,
): readonly string[] {
  const found: string[] = [];
  let at: number | undefined = Date.parse(after);
  while (found.length < count) {
    at = schedule.next(at, context);
    if (at === undefined) break;
    const offset = context.zone.offsetAt(at) / 3_600_000;
    found.push(`${wallText(at + offset * 3_600_000)} ${offset >= 0 ? '+' : ''}${offset}`);
  }
  return found;
}
