import { Celeriac, type CeleriacOptions } from '@celeriac/core';
import type { Logger } from '@celeriac/protocol';
import { onTestFinished } from 'vitest';
import type { BeatEvent } from './beat-event.ts';
import { type BeatOptions, BeatService } from './beat-service.ts';

const PATIENCE_MS = 20_000;
let count = 0;

/** A line of a log. */
export interface LogLine {
  readonly level: string;
  readonly message: string;
}

/** A logger that keeps what it is told. */
export function recordingLogger(lines: LogLine[]): Logger {
  const at = (level: string) => (message: string) => void lines.push({ level, message });
  return { debug: at('debug'), info: at('info'), warning: at('warning'), error: at('error'), isEnabled: () => true };
}

/** An app on a broker of its own, with its log. */
export function beatApp(options: CeleriacOptions = {}): { readonly app: Celeriac; readonly log: LogLine[] } {
  const log: LogLine[] = [];
  const app = new Celeriac('beat', {
    broker: `memory://beat-${process.pid}-${count++}`,
    configFile: false,
    environment: {},
    logger: recordingLogger(log),
    ...options,
  });
  app.task('add', (x: number, y: number) => x + y);
  onTestFinished(() => app.close());
  return { app, log };
}

/** Events of a beat, to wait for. */
export class EventLog {
  readonly all: BeatEvent[] = [];
  readonly #looks: Set<() => void> = new Set();

  readonly record = (event: BeatEvent): void => {
    this.all.push(event);
    for (const look of [...this.#looks]) look();
  };

  of<Type extends BeatEvent['type']>(type: Type): readonly Extract<BeatEvent, { type: Type }>[] {
    return this.all.filter((event): event is Extract<BeatEvent, { type: Type }> => event.type === type);
  }

  /** Resolves when `count` events of a type were seen. */
  async seen(type: BeatEvent['type'], count = 1): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = (): void => {
      if (this.of(type).length >= count) resolve();
    };
    const timer = setTimeout(
      () => reject(new Error(`no ${count} × ${type}, but ${this.all.map((event) => event.type).join(', ')}`)),
      PATIENCE_MS,
    );
    this.#looks.add(look);
    try {
      look();
      await promise;
    } finally {
      clearTimeout(timer);
      this.#looks.delete(look);
    }
  }
}

/** A beat that runs until the test ends. */
export async function startBeat(
  app: Celeriac,
  options: BeatOptions,
): Promise<{ readonly beat: BeatService; readonly events: EventLog }> {
  const events = new EventLog();
  const beat = new BeatService(app, { ...options, onEvent: events.record });
  onTestFinished(() => beat.stop());
  await beat.start();
  return { beat, events };
}
