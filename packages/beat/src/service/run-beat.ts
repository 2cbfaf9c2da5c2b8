import type { Celeriac } from '@celeriac/core';
import { type AppRuntime, runtimeOf } from '@celeriac/core/internal';
import { type BeatOptions, BeatService } from './beat-service.ts';

/** Options of {@link runBeat}. */
export interface RunBeatOptions extends BeatOptions {
  /** Called when it runs, as leader or waiting. */
  readonly onReady?: () => void;
}

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGQUIT'] as const;

/**
 * Runs a beat until a signal ends it, and closes the app. A second signal does not wait for a store or a broker that does
 * not answer.
 * @returns the exit code: 0, or 1 after a second signal
 * @throws as {@link BeatService.start}
 * @see celery/apps/beat.py
 */
export async function runBeat(app: Celeriac, options: RunBeatOptions = {}): Promise<number> {
  const { onReady, ...rest } = options;
  const beat = new BeatService(app, rest);
  const asked = Promise.withResolvers<void>();
  const impatient = Promise.withResolvers<number>();
  const runtime = runtimeOf(app);
  let signals = 0;
  const handlers = SIGNALS.map((signal) => ({
    signal,
    handler: (): void => {
      runtime.logger.info(`beat: Shutting down... (${signal})`);
      asked.resolve();
      if (++signals > 1) impatient.resolve(1);
    },
  }));
  for (const { signal, handler } of handlers) process.on(signal, handler);
  try {
    return await Promise.race([runUntil(asked.promise, beat, runtime, onReady), impatient.promise]);
  } finally {
    for (const { signal, handler } of handlers) process.off(signal, handler);
  }
}

async function runUntil(
  asked: Promise<void>,
  beat: BeatService,
  runtime: AppRuntime,
  onReady: (() => void) | undefined,
): Promise<number> {
  try {
    await beat.start();
    onReady?.();
    await Promise.race([asked, beat.ended]);
    return 0;
  } finally {
    await beat.stop();
    await runtime.close();
  }
}
