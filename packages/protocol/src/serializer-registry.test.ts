import { describe, expect, it } from 'vitest';
import { isCeleriacError } from './celeriac-error.ts';
import { EncodeError } from './protocol-errors.ts';
import type { Serializer } from './serializer.ts';
import { acceptList, SerializerRegistry } from './serializer-registry.ts';

const shout: Serializer = {
  name: 'shout',
  contentType: 'application/x-shout',
  contentEncoding: 'utf-8',
  encode: (value) => Buffer.from(String(value).toUpperCase()),
  decode: (body) => Buffer.from(body).toString(),
};

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (isCeleriacError(error)) return error.code;
    throw error;
  }
  return 'accepted';
}

describe('serializer registry', () => {
  const registry = new SerializerRegistry([shout]);

  it('encodes by name and decodes by content type', () => {
    const accept = acceptList(['json', 'application/x-shout'], registry);
    const sent = registry.encode('hi', 'shout');
    expect(sent).toMatchObject({ contentType: 'application/x-shout', contentEncoding: 'utf-8' });
    expect(registry.decode(sent.body, sent.contentType, sent.contentEncoding, accept)).toBe('HI');
  });

  it('takes raw bytes and raw text whatever is accepted', () => {
    const accept = acceptList([], registry);
    const bytes = registry.encode(new Uint8Array([1, 255]), 'raw');
    expect(bytes).toMatchObject({ contentType: 'application/data', contentEncoding: 'binary' });
    expect(registry.decode(bytes.body, bytes.contentType, bytes.contentEncoding, accept)).toEqual(
      new Uint8Array([1, 255]),
    );
    const text = registry.encode('é', 'raw');
    expect(text.contentEncoding).toBe('utf-8');
    expect(registry.decode(text.body, text.contentType, text.contentEncoding, accept)).toBe('é');
    expect(registry.decode(Buffer.from('x'), 'text/plain', 'utf-8', accept)).toBe('x');
    expect(codeOf(() => registry.decode(Buffer.from([0xff]), 'text/plain', 'utf-8', accept))).toBe('CLR_DECODE');
    expect(() => registry.encode({}, 'raw')).toThrow(EncodeError);
  });

  it('does not decode what it knows but does not accept', () => {
    const accept = acceptList(['json'], registry);
    expect(codeOf(() => registry.decode(Buffer.from('x'), 'application/x-shout', 'utf-8', accept))).toBe(
      'CLR_CONTENT_DISALLOWED',
    );
  });

  it('refuses unknown names and suggests the nearest', () => {
    expect(codeOf(() => acceptList(['jsno'], registry))).toBe('CLR_UNKNOWN_SERIALIZER');
    expect(() => registry.encode(1, 'constructor')).toThrow(/constructor/);
    let hint: string | undefined;
    try {
      registry.byName('jsno');
    } catch (error) {
      if (isCeleriacError(error)) hint = error.hint;
    }
    expect(hint).toContain('json');
  });
});
