import type { Embed, SignatureJson, TaskRequest } from '@celeriac/protocol';
import { isEmptyChain, withResultId } from './freeze-signature.ts';
import { chainOf, joinSteps } from './pipe-signatures.ts';
import type { SignatureApplication } from './plan-signature.ts';
import { SignatureError } from './signature-error.ts';
import { addLinks, bodyOf, listOf, membersOf, pushDown } from './signature-parts.ts';
import { stampSignature } from './stamp-signature.ts';

/** The task whose place is taken. */
export type ReplacedTask = Pick<
  TaskRequest,
  | 'id'
  | 'rootId'
  | 'parentId'
  | 'group'
  | 'groupIndex'
  | 'replacedTaskNesting'
  | 'replyTo'
  | 'stampedHeaders'
  | 'stamps'
>;

/**
 * A signature in the place of a running task: its result has the task's id, and what was to follow the task follows it.
 * @throws {SignatureError} for one that belongs to a chord already, or has no steps
 * @see celery/app/task.py Task.replace
 */
export function replaceSignature(given: SignatureJson, task: ReplacedTask, embed: Embed): SignatureApplication {
  if (given.options['chord'] !== undefined && given.options['chord'] !== null)
    throw new SignatureError(given.task, 'takes the place of a task and must not be in a chord itself');
  if (isEmptyChain(given)) throw new SignatureError(given.task, 'has no steps to take the place of a task');
  const stamped = stampSignature(gathered(given), task.stamps);
  const linked = addLinks(addLinks(stamped, 'link', listOf(embed.callbacks)), 'link_error', listOf(embed.errbacks));
  return {
    signature: withResultId(linked, task.id),
    options: {
      ...present({
        chord: embed.chord,
        group_id: task.group,
        group_index: task.groupIndex,
        parent_id: task.parentId,
        chain: embed.chain === null || embed.chain.length === 0 ? null : embed.chain,
      }),
      root_id: task.rootId,
      replaced_task_nesting: task.replacedTaskNesting + 1,
    },
    marks: task.replyTo === null || task.replyTo === '' ? undefined : { reply_to: task.replyTo },
  };
}

/** One id cannot be that of many results: those of a group at the end are gathered in a list. */
function gathered(given: SignatureJson): SignatureJson {
  const signature = pushDown(given);
  if (!endsWithGroup(signature)) return signature;
  const steps = joinSteps([signature, ACCUMULATE]);
  return steps.length === 1 ? steps[0]! : chainOf(steps);
}

function endsWithGroup(signature: SignatureJson): boolean {
  switch (signature.subtask_type) {
    case 'group':
      return true;
    case 'chord':
      return endsWithGroup(bodyOf(signature));
    case 'chain': {
      const last = membersOf(signature).findLast((step) => !isEmptyChain(step));
      return last !== undefined && endsWithGroup(last);
    }
    default:
      return false;
  }
}

const ACCUMULATE: SignatureJson = {
  task: 'celery.accumulate',
  args: [],
  kwargs: { index: 0 },
  options: {},
  subtask_type: null,
  immutable: false,
};

function present(options: { readonly [name: string]: unknown }): { readonly [name: string]: unknown } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined && value !== null));
}
