import type { ResultTuple, SignatureJson } from '@celeriac/protocol';
import { bodyOf, headerOf, headerSize, membersOf } from './chord-size.ts';
import { freezeSignature, idOf, resultOf, withOptions } from './freeze-signature.ts';
import { mergeSignature } from './merge-signature.ts';
import type { WireOptions } from './option-names.ts';

/** A signature to send, with what is added to it. */
export interface SignatureApplication {
  readonly signature: SignatureJson;
  /** Put before the stored arguments, unless the signature is immutable. */
  readonly args?: readonly unknown[];
  readonly kwargs?: { readonly [name: string]: unknown };
  /** By Python's names; `chain` is the reversed rest of the chain that the signature is a step of. */
  readonly options?: WireOptions;
}

/** One message to send. `options` has a `task_id`. */
export interface PlannedCall {
  readonly name: string;
  readonly args: readonly unknown[];
  readonly kwargs: { readonly [name: string]: unknown };
  readonly options: WireOptions;
}

/** A chord to open in the result store before its header is sent. */
export interface PlannedChord {
  readonly groupId: string;
  readonly size: number;
  readonly body: SignatureJson;
  readonly header: readonly ResultTuple[];
}

/** Everything that sending one signature takes. */
export interface SignaturePlan {
  readonly chords: readonly PlannedChord[];
  readonly calls: readonly PlannedCall[];
  readonly result: ResultTuple;
}

/**
 * Works out which messages a signature of any kind becomes when it is applied.
 * @see celery/canvas.py apply_async of Signature, _chain, group, _chord
 */
export function planSignature(application: SignatureApplication, newId: () => string): SignaturePlan {
  const { signature, args, kwargs, options } = application;
  const plan = { chords: [] as PlannedChord[], calls: [] as PlannedCall[] };
  const id = options?.['task_id'];
  const frozen = freezeSignature(id === undefined ? signature : withOptions(signature, { task_id: id }), newId);
  new Planner(plan.chords, plan.calls).add(frozen, {
    ...(args && { args }),
    ...(kwargs && { kwargs }),
    options: options ?? {},
  });
  return { ...plan, result: resultOf(frozen) };
}

interface Additions {
  readonly args?: readonly unknown[];
  readonly kwargs?: { readonly [name: string]: unknown };
  readonly options: WireOptions;
}

class Planner {
  readonly #chords: PlannedChord[];
  readonly #calls: PlannedCall[];

  constructor(chords: PlannedChord[], calls: PlannedCall[]) {
    this.#chords = chords;
    this.#calls = calls;
  }

  add(frozen: SignatureJson, additions: Additions): void {
    switch (frozen.subtask_type) {
      case 'chain':
        this.#chain(frozen, additions);
        break;
      case 'group':
        this.#group(frozen, additions);
        break;
      case 'chord':
        this.#chord(frozen, additions);
        break;
      default: {
        const { task: name, args, kwargs, options } = mergeSignature(frozen, additions);
        this.#calls.push({ name, args, kwargs, options });
      }
    }
  }

  /** The first step is sent; the others travel with it, last one first. */
  #chain(chain: SignatureJson, additions: Additions): void {
    const {
      chord,
      group_id,
      group_index,
      link,
      link_error,
      chain: rest,
      task_id: _,
      ...shared
    } = { ...chain.options, ...additions.options };
    const steps = membersOf(chain).map((step) =>
      link_error === undefined ? step : addLink(step, 'link_error', link_error),
    );
    const last = steps.length - 1;
    steps[last] = withOptions(
      link === undefined ? steps[last]! : addLink(steps[last]!, 'link', link),
      defined({ chord, group_id, group_index }),
    );
    const [first, ...following] = steps;
    const waiting = [...asList(rest), ...following.reverse()];
    this.add(first!, { ...additions, options: { ...shared, ...(waiting.length > 0 && { chain: waiting }) } });
  }

  /** Every member is sent; a callback of the group goes to its first member and sees no result. */
  #group(group: SignatureJson, additions: Additions): void {
    const { task_id, link, chain: rest, ...shared } = { ...group.options, ...additions.options };
    const waiting = asList(rest);
    if (waiting.length > 0) {
      this.#joined(group, waiting, additions);
      return;
    }
    membersOf(group).forEach((member, index) => {
      const immutable = asList(link).map((signature) => ({ ...signature, immutable: true }));
      const linked = index === 0 && immutable.length > 0 ? addLink(member, 'link', immutable) : member;
      this.add(linked, { ...additions, options: { ...shared, group_id: shared['group_id'] ?? task_id } });
    });
  }

  /** A group with steps still to come waits for all its members: a chord. */
  #joined(group: SignatureJson, waiting: readonly SignatureJson[], additions: Additions): void {
    const body = waiting.at(-1)!;
    const { chain: _, ...options } = additions.options;
    const chord: SignatureJson = {
      ...group,
      task: 'celery.chord',
      kwargs: { kwargs: {}, header: group, body },
      subtask_type: 'chord',
    };
    const rest = waiting.slice(0, -1);
    this.add(chord, { ...additions, options: { ...options, ...(rest.length > 0 && { chain: rest }) } });
  }

  #chord(chord: SignatureJson, additions: Additions): void {
    const {
      chain,
      chord: outer,
      group_id,
      group_index,
      link,
      link_error,
      task_id: _,
      ...shared
    } = { ...chord.options, ...additions.options };
    let body = withOptions(bodyOf(chord), defined({ chain, chord: outer, group_id, group_index }));
    if (link !== undefined) body = addLink(body, 'link', link);
    if (link_error !== undefined) body = addLink(body, 'link_error', link_error);
    const header = headerOf(chord);
    const groupId = idOf(chord);
    if (header.length === 0) {
      this.add(body, { args: [[]], options: shared });
      return;
    }
    this.#chords.push({ groupId, size: headerSize(header), body, header: header.map((member) => resultOf(member)) });
    header.forEach((member, index) => {
      this.add(member, { ...additions, options: { ...shared, chord: body, group_id: groupId, group_index: index } });
    });
  }
}

function addLink(signature: SignatureJson, kind: 'link' | 'link_error', added: unknown): SignatureJson {
  const known = asList(signature.options[kind]);
  const fresh = asList(added).filter((one) => !known.some((other) => JSON.stringify(other) === JSON.stringify(one)));
  return withOptions(signature, { [kind]: [...known, ...fresh] });
}

function asList(value: unknown): readonly SignatureJson[] {
  if (value === undefined || value === null) return [];
  return (Array.isArray(value) ? value : [value]) as readonly SignatureJson[];
}

function defined(options: WireOptions): WireOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined && value !== null));
}
