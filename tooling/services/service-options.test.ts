import { describe, expect, it } from 'vitest';
import type { ServiceName } from './service-names.ts';
import { demoLines, readServiceOptions, SERVICES_HELP, USUAL_SERVICES } from './service-options.ts';

describe('readServiceOptions', () => {
  it('starts the usual servers unless some are named, each once', () => {
    expect(readServiceOptions([])).toEqual({ names: USUAL_SERVICES, json: false, help: false });
    expect(readServiceOptions(['redis-cluster', 'redis', 'redis', '--json']).names).toEqual(['redis-cluster', 'redis']);
  });

  it('refuses names and options that it does not know', () => {
    expect(() => readServiceOptions(['rediss'])).toThrow(RangeError);
    expect(() => readServiceOptions(['--jsn'])).toThrow(TypeError);
  });

  it('speaks of every option in its help', () => {
    for (const word of ['--json', '--help', 'redis-sentinel']) expect(SERVICES_HELP).toContain(word);
  });
});

describe('demoLines', () => {
  const lines = (...entries: readonly (readonly [ServiceName, string])[]): readonly string[] =>
    demoLines(new Map(entries));

  it('runs the demo on each server', () => {
    expect(lines(['redis', 'redis://r'], ['mariadb', 'mysql://m'])).toEqual([
      'npm run demo -- --broker redis://r',
      'npm run demo -- --broker mysql://m',
    ]);
  });

  it('gives RabbitMQ a store for results: another server, or itself', () => {
    expect(lines(['postgres', 'postgres://p'], ['rabbitmq', 'amqp://a']).at(-1)).toBe(
      'npm run demo -- --broker amqp://a --backend postgres://p',
    );
    expect(lines(['rabbitmq', 'amqp://a'])).toEqual(['npm run demo -- --broker amqp://a --backend rpc://']);
  });
});
