import type { CalendarFields } from './calendar-fields.ts';
import type { Schedule, ScheduleContext } from './schedule.ts';
import type { ScheduleJson } from './schedule-json.ts';

/**
 * Times on the wall, in the zone of the entry.
 *
 * Where the clocks leave an hour out, a time in it comes at the first moment after it, or not at all (`daylightGap`).
 * Where they repeat an hour, the wall is looked at once: after 02:55 in the first of the two hours comes 03:00, not 02:00
 * again. With `repeatedHour: 'twice'` both hours count.
 */
export abstract class CalendarSchedule implements Schedule {
  readonly fields: CalendarFields;

  protected constructor(fields: CalendarFields) {
    this.fields = fields;
  }

  next(afterMs: number, context: ScheduleContext): number | undefined {
    const found = this.#nextOnWall(afterMs, context);
    return context.repeatedHour === 'once' ? found : this.#repeated(afterMs, found, context);
  }

  abstract describe(): string;
  abstract toJSON(): ScheduleJson;

  #nextOnWall(afterMs: number, { zone, daylightGap }: ScheduleContext): number | undefined {
    let wall: number | undefined = zone.toWall(afterMs);
    for (;;) {
      wall = this.fields.nextMatch(wall);
      if (wall === undefined) return undefined;
      const instants = zone.instantsOf(wall);
      if (instants.length === 0) {
        const end = daylightGap === 'skip' ? afterMs : zone.gapEnd(wall);
        if (end > afterMs) return end;
        continue;
      }
      const instant = instants.find((one) => one > afterMs);
      if (instant !== undefined) return instant;
    }
  }

  /** A time of the second hour that comes before `found`, else `found`. */
  #repeated(afterMs: number, found: number | undefined, { zone }: ScheduleContext): number | undefined {
    if (found === undefined) return undefined;
    let at = afterMs;
    for (;;) {
      const change = zone.nextChange(at, found);
      if (change === undefined) return found;
      const offset = zone.offsetAt(change);
      if (offset < zone.offsetAt(change - 1)) {
        const wall = this.fields.nextMatch(change + offset - 1);
        if (wall !== undefined && wall - offset < found && wall - offset > afterMs) return wall - offset;
      }
      at = change;
    }
  }
}
