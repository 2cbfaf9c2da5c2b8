import type { Celeriac } from '@celeriac/core';
import { type BeatOptions, BeatService } from './beat-service.ts';

/**
 * Runs a beat in this process for as long as a worker runs: from before its start until it begins to shut down.
 * @param run - runs the worker
 * @throws as {@link BeatService.start}, before the worker is started
 * @see celery/beat.py EmbeddedService
 */
export async function withBeat<T>(app: Celeriac, options: BeatOptions, run: () => Promise<T>): Promise<T> {
  const beat = new BeatService(app, { ...options, isEmbedded: true });
  // Before the worker closes the connections of the app.
  const disconnect = app.signals.workerShuttingDown.connect(() => void beat.stop());
  try {
    await beat.start();
    return await run();
  } finally {
    disconnect();
    await beat.stop();
  }
}
