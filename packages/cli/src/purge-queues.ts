import type { AppRuntime, ConsumedQueues } from '@celeriac/core/internal';

/** What was dropped. */
export interface Purged {
  /** Messages in all. */
  readonly purged: number;
  readonly queues: readonly { readonly name: string; readonly purged: number }[];
}

/** Drops the waiting messages of some queues. */
export async function purgeQueues(runtime: AppRuntime, { names, topology }: ConsumedQueues): Promise<Purged> {
  return runtime.writer().run(async (transport) => {
    await transport.declare(topology);
    const queues: { name: string; purged: number }[] = [];
    for (const name of names) queues.push({ name, purged: await transport.purge(name) });
    return { purged: queues.reduce((sum, queue) => sum + queue.purged, 0), queues };
  });
}

/** `1 message`, `2 messages`. */
export function messages(count: number): string {
  return count === 1 ? '1 message' : `${count} messages`;
}
