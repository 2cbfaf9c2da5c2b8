import { describe, expect, it } from 'vitest';
import type { Manifest } from '../workspace/workspace-packages.ts';
import { declaredServices } from './declared-services.ts';

const manifest = (celeriac?: Manifest['celeriac']): Manifest => ({
  name: 'x',
  version: '0.0.0',
  ...(celeriac ? { celeriac } : {}),
});

describe('declaredServices', () => {
  it('is the union of what packages declare, each once', () => {
    const manifests = [
      manifest({ services: ['redis', 'postgres'] }),
      manifest(),
      manifest({ services: ['redis'], installs: ['celery', 'redis-cluster'] }),
    ];
    expect(declaredServices(manifests)).toEqual({
      shared: ['postgres', 'redis'],
      installs: ['celery', 'redis-cluster'],
    });
  });

  it.each([{ services: ['rediss'] }, { services: ['celery'] }, { installs: ['rediss'] }])(
    'refuses a name that nobody knows: %o',
    (declared) => {
      expect(() => declaredServices([manifest(declared)])).toThrow(
        expect.objectContaining({ code: 'SERVICE_MISSING' }),
      );
    },
  );
});
