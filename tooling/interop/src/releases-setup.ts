import { celeryReleases } from './newest-celery.ts';

/** Finds or installs the Celerys once for all test files, which get them as JSON in `INTEROP_RELEASES`. */
export async function setup(): Promise<void> {
  const releases = await celeryReleases();
  for (const { label, skipped } of releases) {
    if (skipped !== undefined) console.warn(`Tests with the ${label} Celery are skipped: ${skipped}`);
  }
  process.env['INTEROP_RELEASES'] = JSON.stringify(releases);
}
