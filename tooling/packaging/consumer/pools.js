// One task in each kind of pool, as an installed package runs it: processes and threads must find the files they start from.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from '@celeriac/worker';

const folder = mkdtempSync(join(tmpdir(), 'pools-'));
process.env.POOLS_FOLDER = folder;
const troubles = [];
const write = process.stderr.write.bind(process.stderr);
process.stderr.write = (text, ...rest) => {
  if (/WARNING|ERROR|CRITICAL/.test(String(text))) troubles.push(String(text));
  return write(text, ...rest);
};
const appModule = fileURLToPath(new URL('pools-app.js', import.meta.url));
const { app, add } = await import('./pools-app.js');
try {
  for (const pool of ['prefork', 'threads']) {
    const worker = new Worker(app, { pool, concurrency: 1, appModule, withoutGossip: true, withoutMingle: true });
    await worker.start(AbortSignal.timeout(20_000));
    const result = await add.delay(2, 3);
    assert.equal(await result.get({ timeoutMs: 20_000 }), 5, pool);
    await worker.stop(5000);
  }
} finally {
  await app.close();
  rmSync(folder, { recursive: true, force: true });
}
assert.deepEqual(troubles, [], 'nothing was to be warned of');
