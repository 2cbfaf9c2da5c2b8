import { closest, escapeForLog } from '@celeriac/protocol';
import { getTimes } from 'suncalc';
import { DAY_MS } from '../zone/civil-time.ts';
import type { Schedule } from './schedule.ts';
import { ScheduleError } from './schedule-error.ts';
import type { ScheduleJson } from './schedule-json.ts';

/** Celery's names of the sun's events, and suncalc's. */
const EVENTS = {
  dawn_astronomical: 'nightEnd',
  dawn_nautical: 'nauticalDawn',
  dawn_civil: 'dawn',
  sunrise: 'sunrise',
  solar_noon: 'solarNoon',
  sunset: 'sunset',
  dusk_civil: 'dusk',
  dusk_nautical: 'nauticalDusk',
  dusk_astronomical: 'night',
} as const;

/** An event of the sun, by Celery's name. */
export type SolarEvent = keyof typeof EVENTS;

/** Near the poles the sun may stay up or down for months. */
const SEARCHED_DAYS = 400;

/**
 * What the sun does at a place. Days on which it does not are left out.
 * @see celery/schedules.py solar
 */
export class SolarSchedule implements Schedule {
  readonly event: SolarEvent;
  readonly latitude: number;
  readonly longitude: number;

  /** @throws {ScheduleError} */
  constructor(event: SolarEvent, latitude: number, longitude: number) {
    if (!Object.hasOwn(EVENTS, event)) throw unknownEvent(String(event));
    this.event = event;
    this.latitude = within('latitude', latitude, 90);
    this.longitude = within('longitude', longitude, 180);
  }

  next(afterMs: number): number | undefined {
    for (let day = -1; day <= SEARCHED_DAYS; day++) {
      const at = getTimes(new Date(afterMs + day * DAY_MS), this.latitude, this.longitude)[EVENTS[this.event]];
      // suncalc is some seconds off; an event that is that close has been.
      if (at !== null && at.getTime() > afterMs) return Math.round(at.getTime());
    }
    return undefined;
  }

  describe(): string {
    return `solar ${this.event} at ${this.latitude}, ${this.longitude}`;
  }

  toJSON(): ScheduleJson {
    return { type: 'solar', event: this.event, latitude: this.latitude, longitude: this.longitude };
  }
}

/**
 * What the sun does at a place: `solar('sunset', 52.5, 13.4)`.
 * @param latitude - degrees north
 * @param longitude - degrees east
 * @throws {ScheduleError}
 */
export function solar(event: SolarEvent, latitude: number, longitude: number): SolarSchedule {
  return new SolarSchedule(event, latitude, longitude);
}

function within(field: string, degrees: number, most: number): number {
  if (Number.isFinite(degrees) && Math.abs(degrees) <= most) return degrees;
  throw new ScheduleError(field, `must be between -${most} and ${most} degrees, got ${degrees}`, String(degrees));
}

function unknownEvent(event: string): ScheduleError {
  const near = closest(event, Object.keys(EVENTS));
  return new ScheduleError('event', `is no event of the sun: "${escapeForLog(event, 40)}"`, escapeForLog(event, 40), {
    hint: near === undefined ? `Events are ${Object.keys(EVENTS).join(', ')}.` : `Did you mean ${near}?`,
  });
}
