import type { AppRuntime, EventDispatcher } from '@celeriac/core/internal';
import type { ConcludeContext } from './conclude.ts';
import { TimeText } from './time-text.ts';

/** What conclusions of one worker depend on, read anew for each of them. */
export function concludeContextOf(runtime: AppRuntime, hostname: string, events: EventDispatcher): ConcludeContext {
  const { settings, clock } = runtime;
  const timeText = new TimeText();
  return {
    hostname,
    resultExtended: settings.resultExtended,
    inheritPriority: settings.taskInheritParentPriority,
    get nowMs() {
      return clock.now();
    },
    get nowText() {
      return timeText.of(clock.now());
    },
    get sendsEvents() {
      return events.sends('task');
    },
  };
}
