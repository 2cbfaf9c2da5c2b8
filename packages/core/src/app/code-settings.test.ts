import { expect, test } from 'vitest';
import { CodeSettings } from './code-settings.ts';

const plugin = { schemes: ['mine'], create: () => undefined };

test.each([
  ['before', { brokerTransport: plugin, broker: 'mine://host' }],
  ['after', { broker: 'mine://host', brokerTransport: plugin }],
])('a plugin given beside its URL serves it: %s', (_, options) => {
  const settings = new CodeSettings();
  settings.add(options, 'test');
  expect(settings.values.get('brokerUrl')).toBe('mine://host');
  expect(settings.values.get('brokerTransport')).toBe(plugin);
});

test('a later URL takes the place of a plugin', () => {
  const settings = new CodeSettings();
  settings.add({ broker: plugin }, 'test');
  expect(settings.values.get('brokerUrl')).toBe('mine://');
  settings.add({ broker: 'memory://' }, 'test');
  expect(settings.values.get('brokerUrl')).toBe('memory://');
  expect(settings.values.has('brokerTransport')).toBe(false);
});
