import { describe, expect, it, vi } from 'vitest';
import { isRequired, useService } from './use-service.ts';

describe('useService', () => {
  it('takes the server that the environment names, and does not end it', async () => {
    const service = await useService('rabbitmq', { CELERIAC_TEST_AMQP_URL: 'amqp://elsewhere//' });
    expect(service).toMatchObject({ name: 'rabbitmq', url: 'amqp://elsewhere//' });
    if (service.skipped === undefined) await expect(service.stop()).resolves.toBeUndefined();
  });

  it('passes on why there is none, and prints it by name', async () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue();
    expect(await useService('redis', { CELERIAC_TEST_REDIS_SKIP: 'no redis-server' })).toEqual({
      name: 'redis',
      skipped: 'no redis-server',
    });
    expect(warn).toHaveBeenCalledExactlyOnceWith('Tests with redis are skipped: no redis-server');
    warn.mockRestore();
  });

  it('fails instead of skipping under CI', async () => {
    await expect(
      useService('redis', { CELERIAC_TEST_REDIS_SKIP: 'no redis-server', CI: 'true' }),
    ).rejects.toMatchObject({ code: 'SERVICE_MISSING', service: 'redis' });
  });

  it.each([
    ['true', true],
    ['1', true],
    ['false', false],
    ['', false],
    [undefined, false],
  ])('takes CI=%s for %s', (value, expected) => {
    expect(isRequired({ CI: value })).toBe(expected);
  });
});
