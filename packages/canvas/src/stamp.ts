import type { AnySignature } from '@celeriac/core';
import { bodyOf, groupOf, headerOf, listOf, membersOf, withOptions } from '@celeriac/core/internal';
import type { SignatureJson } from '@celeriac/protocol';
import { fromJson } from './from-json.ts';
import type { StampHeaders, StampingVisitor } from './stamping-visitor.ts';

/** Options of {@link stamp}. */
export interface StampOptions {
  /** Stamps that come twice are gathered in a list, instead of the later one standing. Default false. */
  readonly appendStamps?: boolean;
  /** What every signature gets beside the visitor's own. */
  readonly headers?: StampHeaders;
}

/**
 * A workflow with the stamps that a visitor gives its tasks. Links must be there before: those that are added later have
 * none. For the same stamps everywhere, `signature.stamp({ … })` is enough.
 * @see celery/canvas.py Signature.stamp
 */
export function stamp<Stamped extends AnySignature>(
  signature: Stamped,
  visitor: StampingVisitor,
  { appendStamps = false, headers = {} }: StampOptions = {},
): Stamped {
  const json = new Stamper(visitor, appendStamps).stamp(signature.toJSON(), headers);
  return fromJson(json, signature['~caller'], 'signature') as Stamped;
}

/** One walk through a workflow. */
class Stamper {
  readonly #visitor: StampingVisitor;
  readonly #append: boolean;

  constructor(visitor: StampingVisitor, append: boolean) {
    this.#visitor = visitor;
    this.#append = append;
  }

  stamp(signature: SignatureJson, headers: StampHeaders): SignatureJson {
    switch (signature.subtask_type) {
      case 'chain': {
        const merged = this.#merge(headers, this.#visitor.onChainStart?.(signature, headers));
        const stamped = this.#members(this.#links(signature, merged), merged);
        this.#visitor.onChainEnd?.(stamped, merged);
        return stamped;
      }
      case 'group': {
        const merged = this.#merge(headers, this.#visitor.onGroupStart?.(signature, headers));
        const stamped = this.#members(this.#links(signature, merged), merged);
        this.#visitor.onGroupEnd?.(stamped, merged);
        return stamped;
      }
      case 'chord':
        return this.#chord(signature, headers);
      default: {
        const linked = this.#links(signature, headers);
        return this.#apply(linked, this.#merge(headers, this.#visitor.onSignature(linked, headers)));
      }
    }
  }

  #members(signature: SignatureJson, headers: StampHeaders): SignatureJson {
    const tasks = membersOf(signature).map((member) => this.stamp(member, headers));
    return { ...signature, kwargs: { ...signature.kwargs, tasks } };
  }

  #chord(chord: SignatureJson, headers: StampHeaders): SignatureJson {
    const visitor = this.#visitor;
    const header = groupOf(headerOf(chord));
    const started = visitor.onChordHeaderStart
      ? visitor.onChordHeaderStart(chord, headers)
      : visitor.onGroupStart?.(header, headers);
    const merged = this.#merge(headers, started);
    const linked = this.#links(chord, merged);
    const members = headerOf(linked).map((member) => this.stamp(member, merged));
    if (visitor.onChordHeaderEnd) visitor.onChordHeaderEnd(linked, merged);
    else visitor.onGroupEnd?.(groupOf(members), merged);
    const body = this.stamp(bodyOf(linked), this.#merge(merged, visitor.onChordBody?.(linked, merged)));
    return { ...linked, kwargs: { ...linked.kwargs, header: members, body } };
  }

  #links(signature: SignatureJson, headers: StampHeaders): SignatureJson {
    const { onCallback, onErrback } = this.#visitor;
    const stamped = (link: SignatureJson, hook: typeof onCallback): SignatureJson =>
      this.stamp(link, this.#merge(headers, hook?.call(this.#visitor, link, headers)));
    const callbacks = listOf(signature.options['link']).map((link) => stamped(link, onCallback));
    const errbacks = listOf(signature.options['link_error']).map((link) => stamped(link, onErrback));
    if (callbacks.length === 0 && errbacks.length === 0) return signature;
    return withOptions(signature, {
      ...(callbacks.length > 0 && { link: callbacks }),
      ...(errbacks.length > 0 && { link_error: errbacks }),
    });
  }

  /** What comes from further inside stands, or joins what is there. */
  #merge(outer: StampHeaders, inner: StampHeaders | undefined): StampHeaders {
    if (inner === undefined) return outer;
    const names = [...new Set([...stampNames(outer), ...stampNames(inner)])];
    const merged: Record<string, unknown> = Object.create(null);
    for (const [name, value] of Object.entries(outer)) merged[name] = value;
    for (const [name, value] of Object.entries(inner)) {
      const had = merged[name];
      merged[name] =
        had !== undefined && this.#append && names.includes(name) ? [...listed(had), ...listed(value)] : value;
    }
    merged['stampedHeaders'] = names;
    return merged;
  }

  /** The stamps that the task has already stand, or are joined. */
  #apply(signature: SignatureJson, headers: StampHeaders): SignatureJson {
    const own = signature.options['stamped_headers'];
    const ownNames = Array.isArray(own) ? (own as readonly string[]) : [];
    const names = [...new Set([...ownNames, ...stampNames(headers)])];
    const options: Record<string, unknown> = Object.create(null);
    for (const [name, value] of Object.entries(headers)) {
      if (name === 'stampedHeaders') continue;
      const had = ownNames.includes(name) ? signature.options[name] : undefined;
      if (had === undefined) options[name] = value;
      else if (this.#append) options[name] = [...listed(had), ...listed(value)];
    }
    return withOptions(signature, { ...options, ...(names.length > 0 && { stamped_headers: names }) });
  }
}

function stampNames(headers: StampHeaders): readonly string[] {
  return headers.stampedHeaders ?? Object.keys(headers);
}

function listed(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}
