import type { SignatureJson } from '@celeriac/protocol';
import { idOf } from './freeze-signature.ts';
import type { WireOptions } from './option-names.ts';
import { bodyOf, headerOf, membersOf } from './signature-parts.ts';

/**
 * A frozen signature with what Celery's `freeze` leaves in it beside the ids: the place in a group, the root, the chord that
 * header tasks report to. By Python's names; `group_id`, `group_index` and `chord` are for the task that gives the result.
 * @see celery/canvas.py Signature.freeze
 */
export function markFrozen(frozen: SignatureJson, marks: WireOptions): SignatureJson {
  const { group_id, group_index, chord, ...shared } = marks;
  const own = { ...shared, ...given({ group_id, chord, group_index }) };
  switch (frozen.subtask_type) {
    case 'chain': {
      const steps = membersOf(frozen);
      const tasks = steps.map((step, index) => markFrozen(step, index === steps.length - 1 ? marks : shared));
      return { ...frozen, kwargs: { ...frozen.kwargs, tasks } };
    }
    case 'group':
      return markGroup(frozen, marks);
    case 'chord': {
      const body = markFrozen(bodyOf(frozen), marks);
      const header = markGroup(
        {
          ...frozen,
          task: 'celery.group',
          kwargs: { tasks: headerOf(frozen) },
          options: { task_id: idOf(frozen) },
          subtask_type: 'group',
        },
        { ...shared, chord: body },
      );
      return { ...frozen, kwargs: { ...frozen.kwargs, header, body } };
    }
    default:
      return { ...frozen, options: { ...frozen.options, ...own } };
  }
}

function markGroup(group: SignatureJson, marks: WireOptions): SignatureJson {
  const { group_index: _, reply_to: __, root_id = null, parent_id = null, ...others } = marks;
  const tasks = membersOf(group).map((member, index) => markFrozen(member, { ...marks, group_index: index }));
  return {
    ...group,
    kwargs: { ...group.kwargs, tasks },
    options: { ...group.options, ...given(others), root_id, parent_id },
  };
}

function given(options: WireOptions): WireOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
