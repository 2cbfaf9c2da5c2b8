import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { configureAbove } from '../runtime/configure-above.ts';
import { Celeriac } from './celeriac.ts';

const plugin = (scheme: string) => ({ schemes: [scheme], create: () => undefined as never });
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'celeriac-sources-'));
  const write = (name: string, settings: string): void =>
    writeFileSync(join(folder, name), `export default ${settings};`);
  write('production.mjs', "{ task_acks_late: true, broker_url: 'redis://file' }");
  write('django.mjs', "{ DEBUG: true, CELERY_TASK_ACKS_LATE: true, CELERY_BROKER_URL: 'redis://django', celery_x: 1 }");
});
afterAll(() => rmSync(folder, { recursive: true }));

function app(options: object = {}, environment: { readonly [name: string]: string } = {}): Celeriac {
  return new Celeriac('x', { applicationFolder: folder, environment, ...options });
}

describe('what wins', () => {
  const environment = {
    CELERY_BROKER_URL: 'redis://environment',
    CELERY_RESULT_BACKEND: 'redis://environment',
    CELERIAC_TASK_DEFAULT_QUEUE: 'environment',
  };

  test('the URLs of the environment over code, code over the rest of it', () => {
    const { settings } = app({ broker: 'amqp://code', backend: 'rpc://', taskDefaultQueue: 'code' }, environment);
    expect(settings).toMatchObject({
      brokerUrl: 'redis://environment',
      resultBackend: 'redis://environment',
      taskDefaultQueue: 'code',
    });
    expect(app({ broker: 'amqp://code' }, {}).settings.brokerUrl).toBe('amqp://code');
  });

  test('the command line over all', () => {
    const it = app({ broker: 'amqp://code' }, environment);
    configureAbove(it, { brokerUrl: 'memory://', taskDefaultQueue: 'line' });
    expect(it.settings).toMatchObject({ brokerUrl: 'memory://', taskDefaultQueue: 'line' });
    it.configure({ taskDefaultQueue: 'later' });
    expect(it.settings.taskDefaultQueue).toBe('line');
  });

  test('reading and writing have their own variables', () => {
    const own = { CELERY_BROKER_READ_URL: 'redis://read', CELERY_BROKER_WRITE_URL: 'redis://write' };
    expect(app({ broker: 'amqp://code', brokerReadUrl: 'amqp://r' }, own).settings).toMatchObject({
      brokerUrl: 'amqp://code',
      brokerReadUrl: 'redis://read',
      brokerWriteUrl: 'redis://write',
    });
  });

  test('a plugin in code serves a URL of the environment only if it knows its scheme', () => {
    expect(app({ broker: plugin('mine') }, environment).settings.brokerTransport).toBeUndefined();
    const redis = plugin('redis');
    expect(app({ broker: redis }, environment).settings).toMatchObject({
      brokerUrl: 'redis://environment',
      brokerTransport: redis,
    });
    expect(app({ broker: 'amqp://', brokerTransport: '@acme/x' }, environment).settings.brokerTransport).toBe(
      '@acme/x',
    );
  });
});

describe('modules of settings', () => {
  test('CELERY_CONFIG_MODULE names the configuration file, unless it is a Python module', () => {
    expect(app({}, { CELERY_CONFIG_MODULE: 'production.mjs' }).settings.taskAcksLate).toBe(true);
    expect(app({}, { CELERY_CONFIG_MODULE: 'proj.celeryconfig' }).settings.taskAcksLate).toBe(false);
  });

  test('configFromEnvvar reads the one that a variable names', () => {
    const { settings } = app({}, { SETTINGS: 'production.mjs' }).configFromEnvvar('SETTINGS');
    expect(settings).toMatchObject({ taskAcksLate: true, brokerUrl: 'redis://file' });
    expect(() => app().configFromEnvvar('SETTINGS')).toThrow(expect.objectContaining({ key: 'SETTINGS' }));
    expect(app().configFromEnvvar('SETTINGS', { silent: true }).settings.taskAcksLate).toBe(false);
  });

  test('configFromObject takes a path, and only the names of a namespace', () => {
    const { settings } = app().configFromObject('django.mjs', { namespace: 'CELERY' });
    expect(settings).toMatchObject({ taskAcksLate: true, brokerUrl: 'redis://django' });
    expect(() => app().configFromObject('absent.mjs')).toThrow(expect.objectContaining({ code: 'CLR_CONFIGURATION' }));
    expect(() => app().configFromObject({ CELERY_TASK_ACK_LATE: true }, { namespace: 'CELERY' })).toThrow(
      expect.objectContaining({ hint: 'Did you mean task_acks_late?' }),
    );
  });
});

test('conf shows what was changed, without secrets', () => {
  const { conf } = app({ broker: 'redis://:secret@h/0', securityKey: '/key', taskAcksLate: true });
  expect(conf.table()).toEqual({ brokerUrl: 'redis://:**@h/0', securityKey: '********', taskAcksLate: true });
  expect(conf.table({ censored: false })).toMatchObject({ brokerUrl: 'redis://:secret@h/0', securityKey: '/key' });
  expect(Object.keys(conf.table({ withDefaults: true })).length).toBeGreaterThan(80);
  expect(conf.humanize().split('\n')).toEqual([
    'brokerUrl: "redis://:**@h/0"',
    'securityKey: "********"',
    'taskAcksLate: true',
  ]);
});
