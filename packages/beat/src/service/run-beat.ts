import type { Celeriac } from '@celeriac/core';
import { runtimeOf } from '@celeriac/core/internal';
import { type BeatOptions, BeatService } from './beat-service.ts';
import { writePidFile } from './pid-file.ts';

/** Options of {@link runBeat}. */
export interface RunBeatOptions extends BeatOptions {
  /** Where to write the number of this process. */
  readonly pidFile?: string;
  /** Called when it runs, as leader or waiting. */
  readonly onReady?: () => void;
}

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGQUIT'] as const;

/**
 * Runs a beat until a signal ends it, and closes the app.
 * @returns the exit code
 * @throws as {@link BeatService.start}; {@link PidFileError}
 * @see celery/apps/beat.py
 */
export async function runBeat(app: Celeriac, options: RunBeatOptions = {}): Promise<number> {
  const { pidFile, onReady, ...rest } = options;
  const removePidFile = pidFile === undefined ? () => {} : writePidFile(pidFile);
  const beat = new BeatService(app, rest);
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
  const runtime = runtimeOf(app);
  const handlers = SIGNALS.map((signal) => ({
    signal,
    handler: (): void => {
      runtime.logger.info(`beat: Shutting down... (${signal})`);
      ask();
    },
  }));
  for (const { signal, handler } of handlers) process.on(signal, handler);
  try {
    await beat.start();
    onReady?.();
    await Promise.race([asked, beat.ended]);
    return 0;
  } finally {
    await beat.stop();
    await runtime.close();
    for (const { signal, handler } of handlers) process.off(signal, handler);
    removePidFile();
  }
}
