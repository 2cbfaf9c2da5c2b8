import { describe, expect, it } from 'vitest';
import { SERVICE_NAMES, type ServiceName } from '../service-names.ts';
import type { ServicePlan } from '../service-plan.ts';
import { PLANNERS } from './planners.ts';
import { slotRange } from './redis.ts';

const binaries = { server: '/s', client: '/c', initdb: '/i', install: '/m', epmd: '/e' };
const PORTS = [4001, 4002, 4003, 4004, 4005, 4006];

function planOf(name: ServiceName, change: { durable?: boolean; settings?: Record<string, string> } = {}): ServicePlan {
  const { ports, plan } = PLANNERS[name];
  return plan({ binaries, ports: PORTS.slice(0, ports), folder: '/f', durable: false, settings: {}, ...change });
}

/** All that a plan says to the machine, as one text. */
function wordsOf({ parts, files, prepare }: ServicePlan): string {
  const commands = [...(prepare ?? []), ...parts].map(({ args, env }) => JSON.stringify([args, env ?? {}]));
  return [...commands, ...Object.values(files ?? {})].join('\n');
}

describe.each(SERVICE_NAMES)('the plan of %s', (name) => {
  it('listens on 127.0.0.1 only, and keeps its files in its folder', () => {
    const plan = planOf(name);
    expect(plan.url).toContain('127.0.0.1');
    expect(wordsOf(plan)).toContain('127.0.0.1');
    expect(wordsOf(plan)).not.toMatch(/0\.0\.0\.0|"\*"/);
    for (const path of Object.keys(plan.files ?? {})) expect(path).toMatch(/^\/f\//);
    for (const { command } of [...plan.parts, ...(plan.prepare ?? []), plan.cli]) expect(command).toMatch(/^\/[a-z]$/);
  });

  it('gives every process a port of its own', () => {
    const ports = planOf(name).parts.map((part) => part.port);
    expect(new Set(ports).size).toBe(ports.length);
    for (const port of ports) expect(PORTS.slice(0, PLANNERS[name].ports)).toContain(port);
  });
});

describe.each([
  ['redis', { maxmemory: '20mb' }, /"--maxmemory","20mb"\]/],
  ['rabbitmq', { consumer_timeout: '60000' }, /^consumer_timeout = 60000$/m],
  ['postgres', { max_connections: '7' }, /"max_connections=7"/],
  ['mariadb', { 'max-connections': '7' }, /"--max-connections=7"/],
] as const)('settings of %s', (name, settings, words) => {
  it('reach the server', () => {
    expect(wordsOf(planOf(name, { settings }))).toMatch(words);
    expect(wordsOf(planOf(name))).not.toMatch(words);
  });
});

describe.each([
  ['redis', /"--appendfsync","always"/],
  ['mariadb', /flush-log-at-trx-commit=1"/],
] as const)('a durable %s', (name, words) => {
  it('writes to the disk before it confirms', () => {
    expect(wordsOf(planOf(name, { durable: true }))).toMatch(words);
    expect(wordsOf(planOf(name))).not.toMatch(words);
  });
});

it('a durable postgres does without the settings that are unsafe', () => {
  const server = (durable: boolean): string => JSON.stringify(planOf('postgres', { durable }).parts);
  expect(server(true)).not.toMatch(/fsync|full_page_writes/);
  expect(server(false)).toMatch(/fsync=off.*full_page_writes=off/);
});

it('the nodes of a cluster share all slots, each slot once', () => {
  const ranges = [0, 1, 2].map((index) => slotRange(index, 3).map(Number) as [number, number]);
  expect(ranges.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, at) => from + at))).toEqual(
    Array.from({ length: 16_384 }, (_, slot) => slot),
  );
});
