import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { parseProcessList, processTree, signalProcesses, stillRunning } from './process-tree.ts';

describe('processTree', () => {
  const rows = [
    { pid: 1, parent: 0 },
    { pid: 5, parent: 1 },
    { pid: 6, parent: 5 },
    { pid: 7, parent: 6 },
    { pid: 8, parent: 1 },
  ];

  it('finds children of children, parents first', () => {
    expect(processTree(5, rows)).toEqual([5, 6, 7]);
  });

  it('finds what is left below a process that is gone', () => {
    expect(processTree(9, [...rows, { pid: 10, parent: 9 }])).toEqual([10]);
  });
});

it('reads what ps writes, without ended processes', () => {
  expect(parseProcessList(Buffer.from('    1     0 Ss\n   20     1 Z+\n  300     1 S\n'))).toEqual([
    { pid: 1, parent: 0 },
    { pid: 300, parent: 1 },
  ]);
});

it('knows a running process from one that has ended', async () => {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  const pid = child.pid as number;
  expect(stillRunning([pid])).toEqual([pid]);
  expect(processTree(process.pid)).toContain(pid);
  const ended = once(child, 'exit');
  signalProcesses([pid], 'SIGKILL');
  await ended;
  expect(stillRunning([pid])).toEqual([]);
  expect(() => signalProcesses([pid], 'SIGKILL')).not.toThrow();
});
