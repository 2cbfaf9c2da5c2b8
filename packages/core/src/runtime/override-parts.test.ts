import { backend as memoryResults } from '@celeriac/backend-memory';
import { systemClock } from '@celeriac/protocol';
import { transport as memoryBroker } from '@celeriac/transport-memory';
import { describe, expect, test } from 'vitest';
import { Celeriac } from '../app/celeriac.ts';
import { overrideParts } from './override-parts.ts';
import type { OverridingParts } from './overriding-parts.ts';
import { runtimeOf } from './runtime-of.ts';

function parts(name: string): OverridingParts {
  return {
    clock: { ...systemClock, now: () => 42_000 },
    broker: { ...memoryBroker, create: (_url, context) => memoryBroker.create(`memory://${name}`, context) },
    backend: { ...memoryResults, create: (_url, context) => memoryResults.create(`memory://${name}`, context) },
  };
}

function app(options = {}): Celeriac {
  return new Celeriac('overridden', {
    broker: 'memory://own',
    brokerReadUrl: 'memory://own-read',
    configFile: false,
    environment: {},
    logLevel: 'error',
    ...options,
  });
}

describe('overrideParts', () => {
  test('replaces broker, store and clock until it is undone', async () => {
    const one = app({ brokerTransportOptions: { some: 'option' } });
    const before = one.settings;
    const add = one.task('add', (x: number) => x);
    const restore = overrideParts(one, parts('replaced'));
    expect(runtimeOf(one).clock.now()).toBe(42_000);
    expect(one.settings).toMatchObject({ brokerReadUrl: undefined, brokerTransportOptions: {}, logLevel: 'error' });
    const result = await add.delay(1);
    expect(await result.state()).toBe('PENDING');
    const other = new Celeriac('other', { broker: 'memory://replaced', configFile: false, environment: {} });
    expect(await other.purge()).toBe(1);
    await Promise.all([one.close(), other.close()]);
    restore();
    restore();
    expect(one.settings).toEqual(before);
    expect(runtimeOf(one).clock).toBe(systemClock);
  });

  test('refuses an app that is connected, and one whose parts are replaced', async () => {
    const one = app();
    await one.publish(1, { routingKey: 'celery' });
    expect(() => overrideParts(one, parts('x'))).toThrow(expect.objectContaining({ code: 'CLR_CONFIGURATION' }));
    await one.close();
    const restore = overrideParts(one, parts('x'));
    expect(() => overrideParts(one, parts('y'))).toThrow(/replaced already/);
    restore();
    overrideParts(one, parts('y'))();
    expect(one.settings.brokerReadUrl).toBe('memory://own-read');
  });
});
