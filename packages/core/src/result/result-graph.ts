/** One result in a graph. */
export interface GraphNode {
  readonly id: string;
  readonly kind: 'task' | 'group';
  /** `PENDING` for what has not been heard of. For a group: that of its members together. */
  readonly state: string;
  /** The task's name, where the store knows it (`resultExtended`). */
  readonly name: string | undefined;
}

/** Which results led to which: `before` must be done for `after` to run. */
export interface GraphEdge {
  readonly before: string;
  readonly after: string;
}

/**
 * A workflow's results and how they hang together.
 * @see celery/utils/graph.py DependencyGraph
 */
export class ResultGraph {
  /** Parents before what follows from them. */
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];

  constructor(nodes: readonly GraphNode[], edges: readonly GraphEdge[]) {
    this.nodes = nodes;
    this.edges = edges;
  }

  /** The ids that nothing leads to. */
  roots(): readonly string[] {
    const later = new Set(this.edges.map(({ after }) => after));
    return this.nodes.filter(({ id }) => !later.has(id)).map(({ id }) => id);
  }

  /** For Graphviz. @see celery/utils/graph.py DependencyGraph.to_dot */
  toDot(): string {
    const nodes = this.nodes.map(
      ({ id, kind, state, name }) =>
        `  ${quoted(id)} [label=${quoted(labelOf({ id, kind, state, name }).join('\n'))}, shape=${kind === 'group' ? 'box' : 'ellipse'}, style=filled, fillcolor=${quoted(colorOf(state))}];`,
    );
    const edges = this.edges.map(({ before, after }) => `  ${quoted(before)} -> ${quoted(after)};`);
    return ['digraph workflow {', '  rankdir=LR;', ...nodes, ...edges, '}'].join('\n');
  }

  /** For Markdown pages that draw Mermaid. */
  toMermaid(): string {
    const keys = new Map(this.nodes.map(({ id }, index) => [id, `n${index}`]));
    const nodes = this.nodes.map((node) => {
      const label = labelOf(node).map(escapeHtml).join('<br/>');
      return `  ${keys.get(node.id)}${node.kind === 'group' ? `[["${label}"]]` : `["${label}"]`}`;
    });
    const edges = this.edges.map(({ before, after }) => `  ${keys.get(before)} --> ${keys.get(after)}`);
    return ['flowchart LR', ...nodes, ...edges].join('\n');
  }

  /** A tree of lines; a result that several lead to stands once and is pointed at elsewhere. */
  toText(): string {
    const byId = new Map(this.nodes.map((node) => [node.id, node]));
    const next = new Map<string, string[]>();
    for (const { before, after } of this.edges) next.set(before, [...(next.get(before) ?? []), after]);
    const drawn = new Set<string>();
    const lines: string[] = [];
    const stack = this.roots()
      .toReversed()
      .map((id) => ({ id, lead: '', own: '' }));
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      const node = byId.get(at.id);
      const again = drawn.has(at.id);
      drawn.add(at.id);
      lines.push(`${at.own}${node === undefined ? at.id : lineOf(node)}${again ? ' (above)' : ''}`);
      if (again) continue;
      const followers = next.get(at.id) ?? [];
      const children = followers.map((id, index) => {
        const last = index === followers.length - 1;
        return { id, own: `${at.lead}${last ? '└─ ' : '├─ '}`, lead: `${at.lead}${last ? '   ' : '│  '}` };
      });
      stack.push(...children.reverse());
    }
    return lines.join('\n');
  }
}

const COLORS: { readonly [state: string]: string } = {
  SUCCESS: '#b7e4c7',
  FAILURE: '#f4acb7',
  REVOKED: '#e9c46a',
  RETRY: '#ffe8a1',
  STARTED: '#a9d6e5',
  PENDING: '#eeeeee',
};

function colorOf(state: string): string {
  return Object.hasOwn(COLORS, state) ? COLORS[state]! : '#ffffff';
}

function labelOf({ id, kind, state, name }: GraphNode): readonly string[] {
  return [...(name === undefined ? [] : [name]), kind === 'group' ? `group ${id}` : id, state];
}

function lineOf({ id, kind, state, name }: GraphNode): string {
  return [state.padEnd(8), kind === 'group' ? 'group' : '', name ?? '', id].filter((part) => part !== '').join(' ');
}

/** Ids and states may come from anybody's store. */
function quoted(text: string): string {
  const plain = [...text].map((char) => (char < ' ' && char !== '\n' ? ' ' : char)).join('');
  return `"${plain.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}

function escapeHtml(text: string): string {
  return [...text].map((char) => (/[A-Za-z0-9 ._:/-]/.test(char) ? char : `#${char.codePointAt(0)};`)).join('');
}
