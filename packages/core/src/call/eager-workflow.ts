import {
  celeryExceptions,
  type ExceptionInfo,
  exceptionRepr,
  isoNaive,
  type ResultMeta,
  type SignatureJson,
} from '@celeriac/protocol';
import { EagerResult } from '../result/eager-result.ts';
import type { ErrorRegistry } from '../result/failure-error.ts';
import { GroupResult } from '../result/group-result.ts';
import { resultSource } from '../result/node-of.ts';
import type { ResultNode } from '../result/result-node.ts';
import type { AppRuntime } from '../runtime/app-runtime.ts';
import { freezeSignature, groupMembers, idOf } from '../signature/freeze-signature.ts';
import { mergeSignature, type SignatureAdditions } from '../signature/merge-signature.ts';
import { orderedIds } from '../signature/ordered-ids.ts';
import { addLinks, bodyOf, headerOf, listOf, membersOf } from '../signature/signature-parts.ts';

/** Runs one task in this process. @returns its outcome, as a store would keep it */
export type RunTask = (signature: SignatureJson) => Promise<ResultMeta>;

/** What a part of a workflow came to. */
interface Ran {
  readonly node: ResultNode;
  /** Undefined where a part failed: its description. */
  readonly failure: { readonly id: string; readonly exception: ExceptionInfo } | undefined;
  readonly value: unknown;
}

/**
 * Runs workflows in the calling process: the steps of a chain one after the other, and so the members of a group.
 * @see celery/canvas.py apply of _chain, group, _chord
 */
export class EagerWorkflow {
  readonly #runtime: AppRuntime;
  readonly #errors: ErrorRegistry;
  readonly #runTask: RunTask;

  constructor(runtime: AppRuntime, errors: ErrorRegistry, runTask: RunTask) {
    this.#runtime = runtime;
    this.#errors = errors;
    this.#runTask = runTask;
  }

  /** @returns the handle of its result, which is there already */
  async run(signature: SignatureJson, additions: SignatureAdditions): Promise<ResultNode> {
    const frozen = freezeSignature(signature, { newId: orderedIds() });
    return (await this.#run(frozen, additions, undefined)).node;
  }

  #run(frozen: SignatureJson, additions: SignatureAdditions, parent: ResultNode | undefined): Promise<Ran> {
    switch (frozen.subtask_type) {
      case 'chain':
        return this.#chain(frozen, additions, parent);
      case 'group':
        return this.#group(frozen, groupMembers(frozen), additions, parent);
      case 'chord':
        return this.#chord(frozen, additions, parent);
      default:
        return this.#task(frozen, additions, parent);
    }
  }

  async #task(frozen: SignatureJson, additions: SignatureAdditions, parent: ResultNode | undefined): Promise<Ran> {
    return this.#ran(await this.#runTask(mergeSignature(frozen, additions)), parent);
  }

  async #chain(frozen: SignatureJson, additions: SignatureAdditions, parent: ResultNode | undefined): Promise<Ran> {
    const { link, link_error, task_id: _, ...options } = { ...frozen.options, ...additions.options };
    const steps = membersOf(frozen).map((step) => addLinks(step, 'link_error', listOf(link_error)));
    steps.push(addLinks(steps.pop()!, 'link', listOf(link)));
    let ran: Ran | undefined;
    for (const step of steps) {
      const before: Ran | undefined = ran;
      if (before?.failure === undefined) {
        const added = before === undefined ? { ...additions, options } : { args: [before.value] };
        ran = await this.#run(step, added, before?.node ?? parent);
      } else {
        // What comes after a failure fails with it.
        ran = this.#failed(step, before.failure.exception, before.node);
      }
    }
    return ran!;
  }

  async #group(
    frozen: SignatureJson,
    members: readonly SignatureJson[],
    additions: SignatureAdditions,
    parent: ResultNode | undefined,
  ): Promise<Ran> {
    const ran: Ran[] = [];
    for (const member of members) ran.push(await this.#run(member, additions, undefined));
    const nodes = ran.map(({ node }) => node);
    const node = new GroupResult(idOf(frozen), nodes, resultSource(NO_STORE), { parent });
    return { node, value: ran.map(({ value }) => value), failure: ran.find(({ failure }) => failure)?.failure };
  }

  async #chord(frozen: SignatureJson, additions: SignatureAdditions, parent: ResultNode | undefined): Promise<Ran> {
    const { link, link_error, task_id: _, ...options } = { ...frozen.options, ...additions.options };
    const linked = addLinks(addLinks(bodyOf(frozen), 'link', listOf(link)), 'link_error', listOf(link_error));
    const header = await this.#group(frozen, headerOf(frozen), { ...additions, options }, parent);
    if (header.failure === undefined) return this.#run(linked, { args: [header.value] }, header.node);
    const { id, exception } = header.failure;
    return this.#failed(linked, celeryExceptions.chordError(id, exceptionRepr(exception)), header.node);
  }

  /** Every task of a part that will not run. */
  #failed(frozen: SignatureJson, exception: ExceptionInfo, parent: ResultNode): Ran {
    switch (frozen.subtask_type) {
      case 'chain': {
        let ran: Ran | undefined;
        for (const step of membersOf(frozen)) ran = this.#failed(step, exception, ran?.node ?? parent);
        return ran!;
      }
      case 'chord':
        return this.#failed(bodyOf(frozen), exception, parent);
      case 'group': {
        const members = membersOf(frozen).map((member) => this.#failed(member, exception, parent).node);
        const node = new GroupResult(idOf(frozen), members, resultSource(NO_STORE), { parent });
        return { node, value: undefined, failure: { id: idOf(frozen), exception } };
      }
      default:
        return this.#ran(
          {
            status: 'FAILURE',
            result: exception,
            traceback: null,
            children: [],
            date_done: isoNaive(this.#runtime.clock.now()),
            task_id: idOf(frozen),
          },
          parent,
        );
    }
  }

  #ran(meta: ResultMeta, parent: ResultNode | undefined): Ran {
    const node = new EagerResult(meta, this.#errors, { parent });
    const failed = meta.status === 'FAILURE' || meta.status === 'REVOKED';
    const failure = failed ? { id: meta.task_id, exception: meta.result as ExceptionInfo } : undefined;
    return { node, value: meta.result, failure };
  }
}

/** Groups that ran here are kept nowhere. */
const NO_STORE: Parameters<typeof resultSource>[0] = {
  load: async () => undefined,
  wait: () => Promise.reject(new Error('a result of this process is there already')),
  forget: async () => {},
  revoke: async () => [],
  saveGroup: async () => {},
  loadGroup: async () => undefined,
  errorOf: (meta) => new Error(String(meta.result)),
};
