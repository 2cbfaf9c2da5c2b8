import { describe, expect, it } from 'vitest';
import { transportNames } from './transport-names.ts';
import { UsageError } from './usage-error.ts';

function refusal(name: string, packageName?: string): UsageError {
  try {
    transportNames(name, packageName);
  } catch (error) {
    if (error instanceof UsageError) return error;
  }
  throw new Error(`${name} was not refused`);
}

describe('transportNames', () => {
  it('spells one name in every way', () => {
    expect(transportNames('my-broker2')).toEqual({
      name: 'my-broker2',
      camel: 'myBroker2',
      pascal: 'MyBroker2',
      upper: 'MY_BROKER2',
      package: 'celeriac-transport-my-broker2',
    });
    expect(transportNames('nats', '@acme/nats').package).toBe('@acme/nats');
  });

  it.each([
    ['MyBroker', 'my-broker'],
    ['my_broker', 'my-broker'],
    ['2fast', 'fast'],
    ['../etc', 'etc'],
    ['a--b', 'a-b'],
    ['-a', 'a'],
    ['', 'my-broker'],
    ['鍵', 'my-broker'],
    ['a b', 'a-b'],
  ])('refuses %j and suggests %s', (name, suggestion) => {
    expect(refusal(name).hint).toContain(`such as ${suggestion}.`);
  });

  it('refuses what is taken or too long, and impossible package names', () => {
    expect(refusal('redis').message).toContain('belongs to a transport of Celeriac');
    expect(refusal('a'.repeat(41)).message).toContain('more than 40');
    for (const name of ['Upper', 'a b', '../x', '@scope', '@a/b/c', 'x'.repeat(215)]) {
      expect(refusal('fine', name).code).toBe('CLR_USAGE');
    }
  });
});
