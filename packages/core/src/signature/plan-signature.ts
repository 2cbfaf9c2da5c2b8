import type { ResultTuple, SignatureJson } from '@celeriac/protocol';
import { headerSize } from './chord-size.ts';
import { type FreezePlan, freezeSignature, groupMembers, idOf, resultOf, withResultId } from './freeze-signature.ts';
import { mergeSignature } from './merge-signature.ts';
import type { WireOptions } from './option-names.ts';
import { chordOf } from './pipe-signatures.ts';
import { addLinks, bodyOf, headerOf, listOf, membersOf, withOptions } from './signature-parts.ts';

/** A signature to send, with what is added to it. */
export interface SignatureApplication {
  readonly signature: SignatureJson;
  /** Put before the stored arguments, unless the signature is immutable. */
  readonly args?: readonly unknown[];
  readonly kwargs?: { readonly [name: string]: unknown };
  /** By Python's names; `chain` is the reversed rest of the chain that the signature is a step of. */
  readonly options?: WireOptions;
  /** Options that every task of it gets, unless it has them. Default: the reply queue, where results are messages. */
  readonly marks?: WireOptions | undefined;
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
  /** For stores that cannot join: how the task that looks at the members does so. By Python's names, in seconds. */
  readonly polling: { readonly interval: unknown; readonly max_retries: unknown; readonly countdown: unknown };
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
export function planSignature(application: SignatureApplication, freezing: FreezePlan): SignaturePlan {
  const { signature, args, kwargs, options } = application;
  const plan = { chords: [] as PlannedChord[], calls: [] as PlannedCall[] };
  const id = options?.['task_id'];
  const frozen = freezeSignature(typeof id === 'string' ? withResultId(signature, id) : signature, freezing);
  new Planner(plan.chords, plan.calls, freezing.headerErrbacks ?? false).add(frozen, {
    ...(args && { args }),
    ...(kwargs && { kwargs }),
    options: options ?? {},
  });
  // Of a chain without steps nothing is sent, and its result never comes.
  return { ...plan, result: resultOf(frozen) ?? [[freezing.newId(), null], null] };
}

interface Additions {
  readonly args?: readonly unknown[];
  readonly kwargs?: { readonly [name: string]: unknown };
  readonly options: WireOptions;
}

class Planner {
  readonly #chords: PlannedChord[];
  readonly #calls: PlannedCall[];

  readonly #headerErrbacks: boolean;

  constructor(chords: PlannedChord[], calls: PlannedCall[], headerErrbacks: boolean) {
    this.#chords = chords;
    this.#calls = calls;
    this.#headerErrbacks = headerErrbacks;
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
    const errbacks = listOf(link_error);
    const steps = membersOf(chain).map((step) => addLinks(step, 'link_error', errbacks));
    const last = steps.pop();
    if (last === undefined) return;
    steps.push(withOptions(addLinks(last, 'link', listOf(link)), defined({ chord, group_id, group_index })));
    const [first, ...following] = steps;
    const waiting = [...listOf(rest), ...following.reverse()];
    this.add(first!, { ...additions, options: { ...shared, ...(waiting.length > 0 && { chain: waiting }) } });
  }

  /** Every member is sent. */
  #group(group: SignatureJson, additions: Additions): void {
    const { task_id: _, chain: rest, ...options } = { ...group.options, ...additions.options };
    const waiting = listOf(rest);
    if (waiting.length > 0) {
      this.#joined(group, waiting, additions);
      return;
    }
    const groupId = options['group_id'] ?? idOf(group);
    for (const member of groupMembers({ ...group, options })) {
      this.add(member, { ...additions, options: { group_id: groupId } });
    }
  }

  /** A group with steps still to come waits for all its members: a chord. */
  #joined(group: SignatureJson, waiting: readonly SignatureJson[], additions: Additions): void {
    const { chain: _, ...options } = additions.options;
    // What waits may stand in the options of either.
    const { chain: __, ...own } = group.options;
    const chord = withOptions(chordOf(membersOf(group), waiting.at(-1)!), own);
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
      interval = null,
      max_retries = null,
      countdown = 1,
      ...shared
    } = { ...chord.options, ...additions.options };
    const placed = withOptions(bodyOf(chord), defined({ chain, chord: outer, group_id, group_index }));
    const body = unchained(addLinks(addLinks(placed, 'link', listOf(link)), 'link_error', listOf(link_error)));
    const header = headerOf(chord);
    const groupId = idOf(chord);
    if (header.length === 0) {
      this.add(body, { args: [[]], options: shared });
      return;
    }
    const size = headerSize(header);
    if (size === 0) {
      // Members without a result of their own, such as empty groups after a step: nothing would ever report.
      for (const member of header) this.add(member, { ...additions, options: shared });
      this.add(body, { args: [[]], options: shared });
      return;
    }
    this.#chords.push({
      groupId,
      size,
      body,
      header: header.map((member) => resultOf(member)),
      polling: { interval, max_retries, countdown },
    });
    const errbacks = this.#headerErrbacks ? listOf(body.options['link_error']) : [];
    header.forEach((member, index) => {
      this.add(addLinks(member, 'link_error', errbacks), {
        ...additions,
        options: { ...shared, chord: body, group_id: groupId, group_index: index },
      });
    });
  }
}

/**
 * A chain that begins with a task as that task, with what follows travelling along: header tasks on Celery's workers can then
 * fail all of it by its id.
 * @see celery/canvas.py _chain._unroll_chords
 */
function unchained(body: SignatureJson): SignatureJson {
  if (body.subtask_type !== 'chain') return body;
  const { chord, group_id, group_index, link, link_error, chain, task_id: _, ...first } = body.options;
  const steps = membersOf(body).map((step) => addLinks(step, 'link_error', listOf(link_error)));
  const last = steps.pop();
  if (last === undefined || (steps[0] ?? last).subtask_type !== null) return body;
  steps.push(withOptions(addLinks(last, 'link', listOf(link)), defined({ chord, group_id, group_index })));
  const [begin, ...following] = steps;
  const waiting = [...listOf(chain), ...following.reverse()];
  return withOptions(begin!, { ...first, ...(waiting.length > 0 && { chain: waiting }) });
}

function defined(options: WireOptions): WireOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined && value !== null));
}
