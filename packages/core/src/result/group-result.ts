import type { ResultTuple } from '@celeriac/protocol';
import type { NodeReply } from '../control/control-replies.ts';
import type { ResultGraph } from './result-graph.ts';
import type { GetOptions, ResultNode, RevokeResultOptions } from './result-node.ts';
import { ResultSet, tuplesOf } from './result-set.ts';
import type { ResultSource } from './result-source.ts';

/**
 * The result of a group: those of its members, in order. Making one costs nothing and asks nobody.
 * @see celery/result.py GroupResult
 */
export class GroupResult<Results extends readonly unknown[] = readonly unknown[]>
  extends ResultSet<Results>
  implements ResultNode<Results>
{
  /** The group's id: no task has it. */
  readonly id: string;
  /** What ran before the group; undefined when unknown. */
  readonly parent: ResultNode | undefined;
  readonly #source: ResultSource;

  constructor(
    id: string,
    members: readonly ResultNode[],
    source: ResultSource,
    origin: { readonly parent?: ResultNode | undefined } = {},
  ) {
    super(members);
    this.id = id;
    this.parent = origin.parent;
    this.#source = source;
  }

  get members(): readonly ResultNode[] {
    return this.results;
  }

  override async get(options: GetOptions = {}): Promise<Results> {
    const { parent } = this;
    if (options.followParents === false || parent === undefined || parent.members !== undefined)
      return super.get(options);
    // Of a group that will never be sent nobody tells.
    const over = new AbortController();
    const signal = options.signal === undefined ? over.signal : AbortSignal.any([options.signal, over.signal]);
    const failure = Promise.withResolvers<never>();
    parent.get({ ...options, signal }).catch(failure.reject);
    const values = super.get({ ...options, signal });
    values.catch(() => {});
    failure.promise.catch(() => {});
    try {
      return await Promise.race([values, failure.promise]);
    } finally {
      over.abort(new Error('the wait is over'));
    }
  }

  async children(): Promise<readonly ResultNode[]> {
    return this.results;
  }

  /** Tells all workers not to run the tasks of the group, in one command. */
  override revoke(options: RevokeResultOptions = {}): Promise<readonly NodeReply[]> {
    return this.#source.revoke(taskIdsOf(this), options);
  }

  /** Keeps the group under its id, for {@link GroupResult.restore}. @see celery/result.py GroupResult.save */
  async save(): Promise<void> {
    await this.#source.saveGroup(this.id, this.asTuple());
  }

  /** Forgets what {@link save} kept; the results stay. */
  async delete(): Promise<void> {
    await this.#source.saveGroup(this.id, null);
  }

  /** The members and all that follow from them. @see celery/result.py ResultBase.build_graph */
  async buildGraph(options: { readonly intermediate?: boolean } = {}): Promise<ResultGraph> {
    const { buildGraph } = await import('./build-graph.ts');
    return buildGraph(this, options.intermediate ?? true);
  }

  /** As it travels: `[[id, parent], [members]]`. */
  asTuple(): ResultTuple {
    return [[this.id, this.parent?.asTuple() ?? null], tuplesOf(this.results)];
  }
}

function taskIdsOf({ id, members }: ResultNode): readonly string[] {
  return members === undefined ? [id] : members.flatMap(taskIdsOf);
}
