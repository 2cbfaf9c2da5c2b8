import { isPlainJson, type RawMessage, toRecord } from '@celeriac/protocol';

/** A larger message is kept as it is: what there is of its kind is not what takes room. Bytes, or characters of its headers. */
const LARGEST = 8 * 1024;
const MOST_NAMES = 256;
/** Kinds of messages that are told apart; the one that came least recently goes first. */
const MOST_MODELS = 16;
/** Between the parts of a packed message; JSON has none of it. */
const BREAK = '\n';
/** Differences that a later one may refer to: ids come first. */
const MOST_TOLD = 8;
/** Before the number of an earlier difference with the same text; no JSON text begins with it. */
const SAME = '=';
/** Characters that take two bytes. */
const isWide = /[^\u0000-\u00ff]/;
const wide = /[^\u0000-\u00ff]/g;

/** A message that may have been packed. */
export type KeptMessage = RawMessage | ShelvedMessage;

/**
 * Keeps messages that nobody will look at for a while, of which there may be very many. Messages of one application are
 * alike: of each only that is kept in which it differs from one of its kind, as one text, which is a tenth of what its
 * objects take. Packing one takes a few microseconds, and so does reading it.
 */
export class MessageShelf {
  #models: readonly Model[] = [];

  /** @returns the message packed; as it is, where it is packed already or where that cannot be or would not pay */
  put(message: KeptMessage): KeptMessage {
    if (message instanceof ShelvedMessage || message.body.length > LARGEST) return message;
    const names = namesOf(message);
    if (names.headers.length + names.properties.length > MOST_NAMES) return message;
    const values = valuesOf(message);
    if (values === undefined) return message;
    const model = this.#modelOf(names, values);
    return new ShelvedMessage(model, model.pack(values, message.body));
  }

  #modelOf(names: Names, values: readonly string[]): Model {
    const place = this.#models.findIndex((one) => one.fits(names));
    const model = this.#models[place] ?? new Model(names, values);
    if (place !== 0) this.#models = [model, ...this.#models.filter((one) => one !== model)].slice(0, MOST_MODELS);
    return model;
  }
}

/** A message on a shelf. */
export class ShelvedMessage {
  readonly #model: Model;
  readonly #packed: string;

  constructor(model: Model, packed: string) {
    this.#model = model;
    this.#packed = packed;
  }

  /** Bytes that its text takes. */
  get size(): number {
    return this.#packed.length * (isWide.test(this.#packed) ? 2 : 1);
  }

  /** The message as it was put, in objects of its own. */
  read(): RawMessage {
    return this.#model.read(this.#packed);
  }
}

/** Of a message's headers and of its properties. */
interface Names {
  readonly headers: readonly string[];
  readonly properties: readonly string[];
}

/** The first message of its kind: others have the same names. */
class Model {
  readonly #names: Names;
  readonly #values: readonly string[];

  constructor(names: Names, values: readonly string[]) {
    this.#names = names;
    this.#values = values;
  }

  fits({ headers, properties }: Names): boolean {
    return areSame(headers, this.#names.headers) && areSame(properties, this.#names.properties);
  }

  /** Number and text of each value that differs, then an empty part, then the body, a byte to a character. */
  pack(values: readonly string[], body: Uint8Array): string {
    const parts: string[] = [];
    const told: string[] = [];
    for (let at = 0; at < values.length; at++) {
      const value = values[at]!;
      if (value === this.#values[at]) continue;
      // Ids stand in several places.
      const earlier = told.indexOf(value);
      parts.push(String(at), earlier === -1 ? value : SAME + earlier);
      if (told.length < MOST_TOLD) told.push(value);
    }
    parts.push('', Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1'));
    return parts.join(BREAK);
  }

  read(packed: string): RawMessage {
    const values = [...this.#values];
    const told: string[] = [];
    let at = 0;
    const next = (): string => {
      const end = packed.indexOf(BREAK, at);
      const part = packed.slice(at, end);
      at = end + 1;
      return part;
    };
    for (let place = next(); place !== ''; place = next()) {
      const text = next();
      const value = text.startsWith(SAME) ? told[Number(text.slice(1))]! : text;
      values[Number(place)] = value;
      if (told.length < MOST_TOLD) told.push(value);
    }
    const { headers, properties: ownNames } = this.#names;
    const [contentType, contentEncoding] = values as [string, string];
    const headersEnd = 2 + headers.length;
    const properties = objectOf(ownNames, values.slice(headersEnd)) as RawMessage['properties'];
    const { extra } = properties;
    return {
      body: Buffer.from(packed.slice(at), 'latin1'),
      contentType: JSON.parse(contentType) as string,
      contentEncoding: JSON.parse(contentEncoding) as string,
      headers: toRecord(objectOf(headers, values.slice(2, headersEnd))),
      properties: extra === undefined ? properties : { ...properties, extra: toRecord(extra) },
    };
  }
}

function namesOf({ headers, properties }: RawMessage): Names {
  return { headers: Object.keys(headers), properties: Object.keys(properties) };
}

/** Everything but the body, each value as JSON; undefined when JSON cannot hold one of them, or when it is too much. */
function valuesOf({ contentType, contentEncoding, headers, properties }: RawMessage): readonly string[] | undefined {
  const texts: string[] = [];
  let size = 0;
  for (const values of [[contentType, contentEncoding], Object.values(headers), Object.values(properties)]) {
    for (const value of values) {
      if (!isPlainJson(value)) return undefined;
      const text = narrow(JSON.stringify(value));
      size += text.length;
      if (size > LARGEST) return undefined;
      texts.push(text);
    }
  }
  return texts;
}

/** JSON in characters of one byte: a single other one would double what the whole text takes, body included. */
function narrow(json: string): string {
  return isWide.test(json)
    ? json.replace(wide, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)
    : json;
}

/** @param values - as JSON; a name such as `__proto__` is one like any other */
function objectOf(names: readonly string[], values: readonly string[]): object {
  return JSON.parse(`{${names.map((name, at) => `${JSON.stringify(name)}:${values[at]}`).join(',')}}`) as object;
}

function areSame(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((one, at) => one === others[at]);
}
