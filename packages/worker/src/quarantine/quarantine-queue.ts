import { type AppOwner, runtimeOf } from '@celeriac/core/internal';
import type { Delivery, Transport } from '@celeriac/transport';
import { fromQuarantine, QUARANTINE_QUEUE, type QuarantineNote } from './quarantine-message.ts';
import { takeMessages } from './take-messages.ts';

/** A message in quarantine. */
export interface QuarantinedMessage extends QuarantineNote {
  /** The task's id and name, as far as the headers tell. */
  readonly id: string | undefined;
  readonly task: string | undefined;
  readonly contentType: string;
  readonly body: Uint8Array;
}

/** Which messages are meant; all, when nothing is said. */
export interface QuarantineSelection {
  /** Ids of tasks. */
  readonly ids?: readonly string[];
  /** Error codes such as `CLR_DECODE`. */
  readonly codes?: readonly string[];
  /** Queues that the messages came from. */
  readonly queues?: readonly string[];
  /** Most messages, oldest first. */
  readonly limit?: number;
}

/**
 * What becomes of the messages that are meant: the number of them, and how many were left, since nobody knows their queue
 * or only their beginning was kept.
 */
export interface QuarantineReport {
  readonly done: number;
  readonly left: number;
}

const CLOSE_MS = 2000;

/**
 * Shows what is in quarantine, oldest first, and leaves it there.
 * @throws {ConnectionLostError} when the broker cannot be reached
 */
export function listQuarantine(
  app: AppOwner,
  selection: QuarantineSelection = {},
): Promise<readonly QuarantinedMessage[]> {
  return withConnection(app, async (transport) => {
    const meant = await takeSelected(transport, selection);
    await giveBack(meant);
    return meant.map(describe);
  });
}

/**
 * Sends messages back to the queues that they came from, oldest first.
 * @throws {ConnectionLostError} when the broker cannot be reached
 */
export function requeueQuarantine(app: AppOwner, selection: QuarantineSelection = {}): Promise<QuarantineReport> {
  return withConnection(app, async (transport) => {
    const meant = await takeSelected(transport, selection);
    const left: Delivery[] = [];
    let done = 0;
    for (const delivery of meant) {
      const { message, note } = fromQuarantine(delivery.message);
      const queue = note?.truncatedFrom === undefined ? note?.queue : undefined;
      const [failure] =
        queue === undefined ? [undefined] : await transport.publish([{ exchange: '', routingKey: queue, message }]);
      if (queue === undefined || failure !== undefined) left.push(delivery);
      else {
        await delivery.settle('ack');
        done++;
      }
    }
    await giveBack(left);
    return { done, left: left.length };
  });
}

/**
 * Deletes messages for good.
 * @throws {ConnectionLostError} when the broker cannot be reached
 */
export function dropQuarantine(app: AppOwner, selection: QuarantineSelection = {}): Promise<QuarantineReport> {
  return withConnection(app, async (transport) => {
    const meant = await takeSelected(transport, selection);
    await Promise.all(meant.map((delivery) => delivery.settle('ack')));
    return { done: meant.length, left: 0 };
  });
}

async function withConnection<T>(app: AppOwner, use: (transport: Transport) => Promise<T>): Promise<T> {
  const guard = runtimeOf(app).openReader();
  try {
    const transport = await guard.acquire();
    await transport.declare({ queues: [{ name: QUARANTINE_QUEUE }] });
    return await use(transport);
  } finally {
    await guard.stop(CLOSE_MS);
  }
}

/** Holds what is meant; the rest is back in its place. */
async function takeSelected(transport: Transport, selection: QuarantineSelection): Promise<readonly Delivery[]> {
  const { ids, codes, queues, limit = Number.POSITIVE_INFINITY } = selection;
  const isSelective = ids !== undefined || codes !== undefined || queues !== undefined;
  const size = await transport.size(QUARANTINE_QUEUE);
  const most = isSelective ? size : Math.min(size, limit);
  if (!(most > 0)) return [];
  const taken = await takeMessages(transport, most);
  const meant = taken.filter((delivery) => isMeant(describe(delivery), selection)).slice(0, limit);
  const isHeld = new Set(meant);
  await giveBack(taken.filter((delivery) => !isHeld.has(delivery)));
  return meant;
}

function isMeant({ id, code, queue }: QuarantinedMessage, { ids, codes, queues }: QuarantineSelection): boolean {
  if (ids !== undefined && (id === undefined || !ids.includes(id))) return false;
  return (codes?.includes(code) ?? true) && (queues?.includes(queue) ?? true);
}

async function giveBack(deliveries: readonly Delivery[]): Promise<void> {
  await Promise.all(deliveries.map((delivery) => delivery.settle('requeue')));
}

function describe(delivery: Delivery): QuarantinedMessage {
  const { message, note } = fromQuarantine(delivery.message);
  const { id, task } = message.headers;
  return {
    ...(note ?? { code: '', reason: '', queue: '', time: '' }),
    id: typeof id === 'string' ? id : undefined,
    task: typeof task === 'string' ? task : undefined,
    contentType: message.contentType,
    body: message.body,
  };
}
