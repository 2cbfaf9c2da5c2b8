// Stores a success for each id that its parent names, in batches of 100.
import { sqlBackend } from './sql-backend.ts';

const backend = sqlBackend({ url: process.argv[2] ?? '' });
await backend.connect();
process.send?.('ready');
process.on('message', (ids: readonly string[]) => void store(ids));
process.on('disconnect', () => void backend.close());

async function store(ids: readonly string[]): Promise<void> {
  for (let at = 0; at < ids.length; at += 100) {
    await backend.store(
      ids.slice(at, at + 100).map((id) => ({
        meta: { status: 'SUCCESS', result: id, traceback: null, children: [], date_done: null, task_id: id },
      })),
    );
  }
}
