import { isPlainJson, type RawMessage, toRecord } from '@celeriac/protocol';

/** A message with a longer body is kept as it is: its headers are not what it takes room for. Bytes. */
const LONGEST_BODY = 8 * 1024;
/** Kinds of messages that are told apart; the oldest goes first. */
const MOST_MODELS = 16;
/** Between the parts of a packed message; JSON has none of it. */
const BREAK = '\n';
/** Before the number of an earlier difference with the same text; no JSON text begins with it. */
const SAME = '=';

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
    if (message instanceof ShelvedMessage || message.body.length > LONGEST_BODY) return message;
    const values = valuesOf(message);
    if (values === undefined) return message;
    const model = this.#models.find((one) => one.fits(message)) ?? this.#newModel(message, values);
    return new ShelvedMessage(model, model.pack(values, message.body));
  }

  #newModel(message: RawMessage, values: readonly string[]): Model {
    const model = new Model(message, values);
    this.#models = [model, ...this.#models].slice(0, MOST_MODELS);
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

  /** Characters that it takes. */
  get size(): number {
    return this.#packed.length;
  }

  /** The message as it was put, in objects of its own. */
  read(): RawMessage {
    return this.#model.read(this.#packed);
  }
}

/** The first message of its kind: others have the same names in headers and properties. */
class Model {
  readonly #headers: readonly string[];
  readonly #properties: readonly string[];
  readonly #values: readonly string[];

  constructor({ headers, properties }: RawMessage, values: readonly string[]) {
    this.#headers = Object.keys(headers);
    this.#properties = Object.keys(properties);
    this.#values = values;
  }

  fits({ headers, properties }: RawMessage): boolean {
    return areSame(Object.keys(headers), this.#headers) && areSame(Object.keys(properties), this.#properties);
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
      told.push(value);
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
      told.push(value);
    }
    const [contentType, contentEncoding] = values as [string, string];
    const headersEnd = 2 + this.#headers.length;
    const properties = objectOf(this.#properties, values.slice(headersEnd)) as RawMessage['properties'];
    const { extra } = properties;
    return {
      body: Buffer.from(packed.slice(at), 'latin1'),
      contentType: JSON.parse(contentType) as string,
      contentEncoding: JSON.parse(contentEncoding) as string,
      headers: toRecord(objectOf(this.#headers, values.slice(2, headersEnd))),
      properties: extra === undefined ? properties : { ...properties, extra: toRecord(extra) },
    };
  }
}

/** Everything but the body, each value as JSON; undefined when JSON cannot hold one of them. */
function valuesOf({ contentType, contentEncoding, headers, properties }: RawMessage): readonly string[] | undefined {
  const texts = [JSON.stringify(contentType), JSON.stringify(contentEncoding)];
  for (const values of [Object.values(headers), Object.values(properties)]) {
    for (const value of values) {
      if (!isPlainJson(value)) return undefined;
      texts.push(JSON.stringify(value));
    }
  }
  return texts;
}

/** @param values - as JSON; a name such as `__proto__` is one like any other */
function objectOf(names: readonly string[], values: readonly string[]): object {
  return JSON.parse(`{${names.map((name, at) => `${JSON.stringify(name)}:${values[at]}`).join(',')}}`) as object;
}

function areSame(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((one, at) => one === others[at]);
}
