import type { ReceivedEvent } from '@celeriac/core/internal';
import { describe, expect, it } from 'vitest';
import { PeerTable } from './peer-table.ts';

function event(
  type: string,
  atMs: number,
  hostname = 'a@h',
  fields: object = { freq: 2, sw_ident: 'py-celery' },
): ReceivedEvent {
  const when = { clock: 1, timestamp: atMs / 1000, receivedAtMs: atMs };
  return { type, hostname, utcoffset: 0, pid: 7, ...when, fields: { ...fields } };
}

describe('PeerTable', () => {
  it('knows who comes, who goes, and who is lost', () => {
    const table = new PeerTable();
    expect(table.hear(event('worker-heartbeat', 1000))).toMatchObject({
      kind: 'join',
      peer: { hostname: 'a@h', pid: 7 },
    });
    expect(table.hear(event('worker-heartbeat', 3000))).toBeUndefined();
    expect(table.hear(event('worker-online', 3100))?.kind).toBe('join');
    expect(table.hear(event('worker-online', 3100, 'b@h'))?.kind).toBe('join');
    expect(table.peers.map(({ hostname, software }) => [hostname, software])).toEqual([
      ['a@h', 'py-celery'],
      ['b@h', 'py-celery'],
    ]);
    expect(table.hear(event('worker-offline', 3200))?.kind).toBe('leave');
    expect(table.hear(event('worker-offline', 3200))).toBeUndefined();
    expect([table.alive(7099), table.dropLost(7099)]).toEqual([1, []]);
    expect(table.alive(7100)).toBe(0);
    expect(table.dropLost(7100).map(({ hostname }) => hostname)).toEqual(['b@h']);
    expect(table.peers).toEqual([]);
  });

  it.each([
    [{ freq: 'x', sw_ident: 7 }, 60_000],
    [{ freq: -1 }, 60_000],
    [{ freq: 1e300 }, 86_400_000],
    [{ freq: 0.5 }, 500],
  ])('takes %j for a heartbeat every %d ms', (fields, expected) => {
    const table = new PeerTable();
    table.hear(event('worker-online', 0, '__proto__', fields));
    expect(table.peers[0]).toMatchObject({ hostname: '__proto__', freqMs: expected });
  });

  it('does not grow without end', () => {
    const table = new PeerTable();
    for (let count = 0; count < 6000; count++) table.hear(event('worker-heartbeat', 0, `w${count}@h`));
    expect(table.peers.length).toBe(5000);
  });
});
