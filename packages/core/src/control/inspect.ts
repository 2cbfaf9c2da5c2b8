import type { BroadcastOptions, CommandSender } from './broadcast.ts';
import type {
  CommandAnswer,
  HelloAnswer,
  NodeReplies,
  NodeStats,
  OrError,
  QueueInfo,
  RequestInfo,
  ScheduledInfo,
  TaskPlace,
} from './control-replies.ts';
import { revokedSeconds } from './revoked-seconds.ts';

/** Whom to ask, and how long to wait. */
export type InspectOptions = Omit<BroadcastOptions, 'reply'>;

/** Lists of a node, or `{error}` where it could not tell. */
type Answers<Value> = Promise<NodeReplies<OrError<Value>>>;

/**
 * Asks workers about themselves. Every answer is a map by node name, empty when none answered in time.
 * @see celery/app/control.py Inspect
 */
export class Inspect {
  readonly #sender: () => Promise<CommandSender>;
  readonly #options: InspectOptions;
  readonly #onDuplicate: (node: string) => void;

  constructor(sender: () => Promise<CommandSender>, options: InspectOptions, onDuplicate: (node: string) => void) {
    this.#sender = sender;
    this.#options = options;
    this.#onDuplicate = onDuplicate;
  }

  /** `{ok: 'pong'}` of each that lives. */
  ping(): Answers<CommandAnswer> {
    return this.request('ping');
  }

  /** Tasks that run. @param safe - arguments as text; default as they are */
  active(safe: boolean | null = null): Answers<readonly RequestInfo[]> {
    return this.request('active', { safe });
  }

  /** Tasks that wait for a free slot. */
  reserved(): Answers<readonly RequestInfo[]> {
    return this.request('reserved');
  }

  /** Tasks that wait for their time. */
  scheduled(): Answers<readonly ScheduledInfo[]> {
    return this.request('scheduled');
  }

  /** Ids of tasks that will not be run. */
  revoked(): Answers<readonly string[]> {
    return this.request('revoked');
  }

  /** Names of registered tasks, with these options of theirs: `name [rate_limit=10/m]`. */
  registered(...taskinfoitems: readonly string[]): Answers<readonly string[]> {
    return this.request('registered', { taskinfoitems });
  }

  /** The same as {@link registered}. */
  registeredTasks(...taskinfoitems: readonly string[]): Answers<readonly string[]> {
    return this.registered(...taskinfoitems);
  }

  stats(): Answers<NodeStats> {
    return this.request('stats');
  }

  /** Settings by Celery's names, secrets masked. @param withDefaults - all of them; default those that were changed */
  conf(withDefaults = false): Answers<{ readonly [name: string]: unknown }> {
    return this.request('conf', { with_defaults: withDefaults });
  }

  /** Queues that are read. */
  activeQueues(): Answers<readonly QueueInfo[]> {
    return this.request('active_queues');
  }

  /** Where each has these tasks; those that it does not have are missing. */
  queryTask(...ids: readonly string[]): Answers<{ readonly [id: string]: readonly [TaskPlace, RequestInfo] }> {
    return this.request('query_task', { ids });
  }

  /** The logical clock. */
  clock(): Answers<{ readonly clock: number }> {
    return this.request('clock');
  }

  /** A text for bug reports. */
  report(): Answers<CommandAnswer> {
    return this.request('report');
  }

  /** Memory in use, as text such as `48.3MB`; null where a node cannot tell. */
  memsample(): Answers<string | null> {
    return this.request('memsample');
  }

  /** The last samples. */
  memdump(samples = 10): Answers<string> {
    return this.request('memdump', { samples });
  }

  /** Writes a heap snapshot (Python: an object graph) on the worker. @returns the file's name there */
  objgraph(type = 'Request', num = 200, maxDepth = 10): Answers<{ readonly filename: string }> {
    return this.request('objgraph', { num, max_depth: maxDepth, type });
  }

  /**
   * What a worker says when it starts: takes over what was revoked, and tells the same of its own.
   * @param revoked - ids with their time in seconds of the monotonic clock
   */
  hello(fromNode: string, revoked: ReadonlyMap<string, number> = new Map()): Answers<HelloAnswer | null> {
    return this.request('hello', { from_node: fromNode, revoked: revokedSeconds(revoked) });
  }

  /** Any inspect command, the app's own among them. */
  async request<Value = unknown>(
    command: string,
    args: { readonly [name: string]: unknown } = {},
  ): Promise<NodeReplies<OrError<Value>>> {
    const sender = await this.#sender();
    const replies = await sender.broadcast(command, { ...this.#options, arguments: args, reply: true });
    const byNode = new Map<string, OrError<Value>>();
    for (const { node, value } of replies) {
      if (byNode.has(node)) this.#onDuplicate(node);
      byNode.set(node, value as OrError<Value>);
    }
    return byNode;
  }
}
