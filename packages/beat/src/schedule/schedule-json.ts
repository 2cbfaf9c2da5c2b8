/** A schedule as it is stored. */
export type ScheduleJson =
  | { readonly type: 'interval'; readonly everyMs: number; readonly relative?: boolean }
  | {
      readonly type: 'crontab';
      readonly minute: string;
      readonly hour: string;
      readonly dayOfWeek: string;
      readonly dayOfMonth: string;
      readonly monthOfYear: string;
    }
  | { readonly type: 'cron'; readonly expression: string }
  | { readonly type: 'solar'; readonly event: string; readonly latitude: number; readonly longitude: number }
  | { readonly type: 'clocked'; readonly at: string };
