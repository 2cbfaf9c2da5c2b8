/** Characters that `argsrepr` and `kwargsrepr` have at most, about. */
const LIMIT = 1024;
/** Containers opened at this level show as `[...]`. */
const MAX_LEVELS = 3;

/**
 * Positional arguments as Celery shows them in logs and events: `(1, 'two')`.
 * @param limit - characters, about; longer text is cut as Celery cuts it
 * @see celery/utils/saferepr.py
 */
export function argsRepr(args: readonly unknown[], limit: number = LIMIT): string {
  return quickRepr(args) ?? new ReprWriter(limit).write(args, true);
}

/** Keyword arguments as Celery shows them: `{'y': 2}`. */
export function kwargsRepr(kwargs: { readonly [name: string]: unknown }, limit: number = LIMIT): string {
  for (const _ in kwargs) return new ReprWriter(limit).write(kwargs, false);
  return '{}';
}

/** Any value in Python's notation: `None`, `True`, `'text'`, `[1, 2]`. Lists of arguments: {@link argsRepr}. */
export function pythonRepr(value: unknown, limit: number = LIMIT): string {
  return new ReprWriter(limit).write(value, false);
}

/** Up to a few short scalars, far below any limit: the usual call. */
function quickRepr(args: readonly unknown[]): string | undefined {
  if (args.length === 0) return '()';
  if (args.length > 8) return undefined;
  let text = '(';
  for (let index = 0; index < args.length; index++) {
    const value = args[index];
    const shown = typeof value === 'string' ? quickText(value) : scalarRepr(value);
    if (shown === undefined) return undefined;
    text += index === 0 ? shown : `, ${shown}`;
  }
  return args.length === 1 ? `${text},)` : `${text})`;
}

function quickText(value: string): string | undefined {
  return value.length > 64 || value.includes("'") ? undefined : `'${value}'`;
}

/** Numbers, booleans and None; undefined for everything else. */
function scalarRepr(value: unknown): string | undefined {
  switch (typeof value) {
    case 'number':
      return numberRepr(value);
    case 'boolean':
      return value ? 'True' : 'False';
    case 'bigint':
      return value.toString();
    case 'undefined':
      return 'None';
    default:
      return value === null ? 'None' : undefined;
  }
}

function numberRepr(value: number): string {
  if (Number.isInteger(value)) return Object.is(value, -0) ? '-0.0' : String(value);
  if (Number.isNaN(value)) return 'nan';
  if (value === Number.POSITIVE_INFINITY) return 'inf';
  if (value === Number.NEGATIVE_INFINITY) return '-inf';
  // Python turns to exponents below 1e-4 and writes them with two digits at least.
  const text = Math.abs(value) < 1e-4 ? value.toExponential() : String(value);
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}

/**
 * Writes within a budget of characters. A value that meets an empty budget is replaced by `, ...`; from there on only
 * the brackets that are open get closed. The bracket that itself meets the empty budget is lost: Celery does the same.
 */
class ReprWriter {
  #budget: number;
  #text = '';
  #cut = false;

  constructor(limit: number) {
    this.#budget = limit;
  }

  write(value: unknown, asTuple: boolean): string {
    if (asTuple && Array.isArray(value)) this.#sequence('(', value, value.length === 1 ? ',)' : ')', 0);
    else this.#value(value, 0);
    return this.#text;
  }

  #value(value: unknown, level: number): void {
    if (this.#stops()) return;
    if (Array.isArray(value)) this.#container('[', value, ']', level);
    else if (value instanceof Set) this.#set(value, level);
    else if (value instanceof Map) this.#mapping([...value], level);
    else if (isMapping(value)) this.#mapping(Object.entries(value), level);
    else this.#put(atomRepr(value, this.#budget));
  }

  #set(values: ReadonlySet<unknown>, level: number): void {
    if (values.size === 0) this.#put('set()');
    else this.#container('{', [...values], '}', level);
  }

  #container(open: string, values: readonly unknown[], close: string, level: number): void {
    if (level >= MAX_LEVELS) this.#put(truncate(`${open}...${close}`, this.#budget));
    else this.#sequence(open, values, close, level);
  }

  #sequence(open: string, values: readonly unknown[], close: string, level: number): void {
    this.#literal(open);
    for (let index = 0; index < values.length && !this.#cut; index++) {
      if (index > 0) this.#literal(', ');
      this.#value(values[index], level + 1);
    }
    this.#close(close);
  }

  #mapping(entries: readonly (readonly [unknown, unknown])[], level: number): void {
    if (level >= MAX_LEVELS) {
      this.#put(truncate('{...}', this.#budget));
      return;
    }
    this.#literal('{');
    for (let index = 0; index < entries.length && !this.#cut; index++) {
      if (index > 0) this.#literal(', ');
      this.#key(entries[index]![0]);
      this.#literal(': ');
      this.#value(entries[index]![1], level + 1);
    }
    this.#close('}');
  }

  #key(key: unknown): void {
    if (!this.#stops()) this.#put(new ReprWriter(this.#budget).write(key, false));
  }

  #literal(text: string): void {
    if (!this.#stops()) this.#put(text);
  }

  #close(text: string): void {
    if (this.#cut) this.#text += text;
    else this.#literal(text);
  }

  /** Whether nothing more may be written; the first time it says so. */
  #stops(): boolean {
    if (this.#cut) return true;
    if (this.#budget > 0) return false;
    this.#text += ', ...';
    this.#cut = true;
    return true;
  }

  #put(text: string): void {
    this.#text += text;
    this.#budget -= text.length;
  }
}

/** A value that opens no bracket. */
function atomRepr(value: unknown, budget: number): string {
  if (typeof value === 'string') return `'${truncate(value, budget).replaceAll("'", "\\'")}'`;
  if (value instanceof Uint8Array) return `b'${bytesText(value, budget)}'`;
  return truncate(scalarRepr(value) ?? objectRepr(value), budget);
}

/** @see celery/utils/text.py truncate: cuts back to the last space */
function truncate(text: string, budget: number): string {
  if (text.length < budget) return text;
  const space = text.lastIndexOf(' ', budget - 1);
  const end = space === -1 ? budget : space;
  return `${dropHalfPair(text.slice(0, end))}...`;
}

function dropHalfPair(text: string): string {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd800 && last <= 0xdbff ? text.slice(0, -1) : text;
}

function bytesText(bytes: Uint8Array, budget: number): string {
  const kept = bytes.length > budget ? bytes.subarray(0, budget) : bytes;
  const rest = bytes.length > budget ? '...' : '';
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(kept) + rest;
  } catch {
    return Buffer.from(kept.buffer, kept.byteOffset, kept.byteLength).toString('hex') + rest;
  }
}

function isMapping(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function objectRepr(value: unknown): string {
  if (value instanceof Date) return dateRepr(value);
  if (value instanceof Error) return `${value.name}(${new ReprWriter(LIMIT).write(value.message, false)})`;
  if (typeof value === 'function') return `<function ${value.name}>`;
  if (typeof value === 'symbol') return '<symbol>';
  return `<${(value as object).constructor?.name ?? 'object'}>`;
}

function dateRepr(date: Date): string {
  if (Number.isNaN(date.getTime())) return '<invalid date>';
  const parts = [
    date.getUTCFullYear(),
    date.getUTCMonth() + 1,
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
  ];
  const micros = date.getUTCMilliseconds() * 1000;
  if (date.getUTCSeconds() !== 0 || micros !== 0) parts.push(date.getUTCSeconds());
  if (micros !== 0) parts.push(micros);
  return `datetime.datetime(${parts.join(', ')}, tzinfo=datetime.timezone.utc)`;
}
