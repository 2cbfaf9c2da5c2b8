// Sends a range of tasks, reads every result back, and tells over IPC how many were accepted and what came back wrong.
import { app, mark } from './fleet-app.ts';

const [from, count, ledger] = [Number(process.argv[2]), Number(process.argv[3]), process.argv[4] ?? ''];
const BATCH = 250;
let accepted = 0;
const wrong: number[] = [];
for (let start = from; start < from + count; start += BATCH) {
  const ids = Array.from({ length: Math.min(BATCH, from + count - start) }, (_, index) => start + index);
  const results = await Promise.all(ids.map((id) => mark.delay(id, ledger, 0)));
  accepted += results.length;
  const values = await Promise.all(results.map((result) => result.get({ timeoutMs: 120_000 })));
  wrong.push(...ids.filter((id, index) => values[index] !== id));
}
process.send?.({ accepted, wrong });
await app.close();
process.disconnect?.();
