import type { SignatureJson } from '@celeriac/protocol';
import type { WireOptions } from './option-names.ts';

/** The members of a group or the steps of a chain. */
export function membersOf(signature: SignatureJson): readonly SignatureJson[] {
  const tasks = signature.kwargs['tasks'];
  return Array.isArray(tasks) ? (tasks as readonly SignatureJson[]) : [];
}

/** The header's members, whether it is a plain list or a group. */
export function headerOf(chord: SignatureJson): readonly SignatureJson[] {
  const header = chord.kwargs['header'];
  if (Array.isArray(header)) return header as readonly SignatureJson[];
  return header === null || header === undefined ? [] : membersOf(header as SignatureJson);
}

export function bodyOf(chord: SignatureJson): SignatureJson {
  return chord.kwargs['body'] as SignatureJson;
}

/**
 * A workflow without arguments of its own: they stand at its first tasks, and so does being immutable.
 * @see celery/canvas.py _chain.run
 */
export function pushDown(workflow: SignatureJson): SignatureJson {
  const { args, immutable, kwargs } = workflow;
  if (args.length === 0 && !immutable) return workflow;
  const given = (first: SignatureJson): SignatureJson => {
    const own = first.immutable ? first.args : [...args, ...first.args];
    return { ...first, args: own, immutable: first.immutable || immutable };
  };
  const bare = { ...workflow, args: [], immutable: false };
  switch (workflow.subtask_type) {
    case 'chain': {
      const [first, ...rest] = membersOf(workflow);
      return first === undefined ? bare : { ...bare, kwargs: { ...kwargs, tasks: [given(first), ...rest] } };
    }
    case 'group':
      return { ...bare, kwargs: { ...kwargs, tasks: membersOf(workflow).map(given) } };
    case 'chord': {
      const header = kwargs['header'];
      const members = headerOf(workflow).map(given);
      if (Array.isArray(header)) return { ...bare, kwargs: { ...kwargs, header: members } };
      const group = header as SignatureJson;
      return { ...bare, kwargs: { ...kwargs, header: { ...group, kwargs: { ...group.kwargs, tasks: members } } } };
    }
    default:
      return workflow;
  }
}

/** The signatures of an option that may hold none, one or many. */
export function listOf(value: unknown): readonly SignatureJson[] {
  if (value === undefined || value === null) return [];
  return (Array.isArray(value) ? value : [value]) as readonly SignatureJson[];
}

/** The same signature with more options. */
export function withOptions(signature: SignatureJson, options: WireOptions): SignatureJson {
  return { ...signature, options: { ...signature.options, ...options } };
}

/** The same signature with more callbacks or errbacks; one that it has already is not added again. */
export function addLinks(
  signature: SignatureJson,
  kind: 'link' | 'link_error',
  added: readonly SignatureJson[],
): SignatureJson {
  if (added.length === 0) return signature;
  const links = [...listOf(signature.options[kind])];
  for (const one of added) if (!links.some((other) => isSame(one, other))) links.push(one);
  return withOptions(signature, { [kind]: links });
}

function isSame(one: SignatureJson, other: SignatureJson): boolean {
  if (one === other) return true;
  if (one.task !== other.task) return false;
  try {
    return JSON.stringify(one) === JSON.stringify(other);
  } catch {
    // What cannot be written as text is refused when it is sent.
    return false;
  }
}
