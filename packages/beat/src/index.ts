export { BeatEntryError } from './entry/beat-entry-error.ts';
export type { EntryJson } from './entry/entry-json.ts';
export type { EntryOrigin, EntryState, PendingRun, ScheduleEntry } from './entry/schedule-entry.ts';
export { type ComingRun, nextRuns } from './explain/coming-runs.ts';
export { type Explanation, explainSchedule, type ShownTime, shownTime } from './explain/explain-schedule.ts';
export { type ClockedSchedule, clocked } from './schedule/clocked-schedule.ts';
export { type CronSchedule, cron } from './schedule/cron-schedule.ts';
export type { CrontabField } from './schedule/crontab-field.ts';
export { type CrontabFields, type CrontabSchedule, crontab, crontabFromString } from './schedule/crontab-schedule.ts';
export { every, type IntervalSchedule } from './schedule/interval-schedule.ts';
export { isDue, remainingEstimate } from './schedule/is-due.ts';
export { readSchedule, type ScheduleLike } from './schedule/read-schedule.ts';
export type {
  DaylightGap,
  DueState,
  PolledSchedule,
  RepeatedHour,
  Schedule,
  ScheduleContext,
} from './schedule/schedule.ts';
export { CrontabError, ScheduleError } from './schedule/schedule-error.ts';
export type { ScheduleJson } from './schedule/schedule-json.ts';
export { type SolarEvent, type SolarSchedule, solar } from './schedule/solar-schedule.ts';
export type { BeatEvent } from './service/beat-event.ts';
export { type BeatOptions, BeatService } from './service/beat-service.ts';
export { type RunBeatOptions, runBeat } from './service/run-beat.ts';
export {
  ScheduleEditor,
  type ScheduleEditorOptions,
  type ScheduleView,
  UnknownEntryError,
} from './service/schedule-editor.ts';
export { withBeat } from './service/with-beat.ts';
export type { BeatLease, BeatStore, EntryEdit, EntryRecord, StoreContents } from './store/beat-store.ts';
export { BeatLockedError, BeatStoreError } from './store/beat-store-errors.ts';
export { FileStore } from './store/file-store.ts';
export { MemoryStore } from './store/memory-store.ts';
export { TimeZone } from './zone/time-zone.ts';
export { UnknownTimeZoneError } from './zone/unknown-time-zone-error.ts';
