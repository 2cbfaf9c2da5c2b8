import { type AppRuntime, type NodeReply, revokedSeconds } from '@celeriac/core/internal';
import { decodeRevoked, escapeForLog, isRecord } from '@celeriac/protocol';

/** How long others may take to answer. @see celery/worker/consumer/mingle.py */
const PATIENCE_MS = 1000;

/** What asking other workers takes. */
export interface MingleParts {
  readonly runtime: AppRuntime;
  /** The worker's node name. */
  readonly hostname: string;
  /** Ids with seconds of the machine's monotonic clock. */
  readonly revoked: ReadonlyMap<string, number>;
  /** Others have revoked these. @param revoked - ids with seconds of their machine's monotonic clock */
  readonly onRevoked: (revoked: ReadonlyMap<string, number>) => void;
}

/**
 * Tells other workers that this one is about to start, learns from them which tasks were revoked, and takes over the
 * highest logical clock. A broker that refuses, or others that answer nonsense, do not keep the worker from starting.
 * @see celery/worker/consumer/mingle.py Mingle
 */
export async function mingle(
  { runtime, hostname, revoked, onRevoked }: MingleParts,
  signal: AbortSignal,
): Promise<void> {
  const { logger, lamport, mailbox } = runtime;
  logger.info('mingle: searching for neighbors');
  const args = { from_node: hostname, revoked: revokedSeconds(revoked) };
  let replies: readonly NodeReply[];
  try {
    replies = await mailbox.broadcast('hello', { arguments: args, reply: true, timeoutMs: PATIENCE_MS, signal });
  } catch (error) {
    signal.throwIfAborted();
    const text = escapeForLog(error instanceof Error ? error.message : String(error));
    return logger.warning(`mingle: neighbors could not be asked: ${text}`);
  }
  const others = replies.filter(({ node, value }) => node !== hostname && isRecord(value));
  if (others.length === 0) return logger.info('mingle: all alone');
  logger.info(`mingle: sync with ${others.length} nodes`);
  for (const { value } of others) {
    if (!isRecord(value)) continue;
    lamport.adjust(value['clock']);
    const theirs = decodeRevoked(value['revoked']);
    if (theirs.size > 0) onRevoked(theirs);
  }
  logger.info('mingle: sync complete');
}
