import { readdirSync, readFileSync } from 'node:fs';

/**
 * Whether a process of the group is running. On Linux ended processes that nobody has collected yet do not count: in a
 * container without an init they stay for ever.
 */
export function isGroupAlive(group: number): boolean {
  if (process.platform !== 'linux') return signalGroup(group, 0);
  return readdirSync('/proc').some((entry) => /^\d+$/.test(entry) && isRunningMember(entry, group));
}

/** @returns whether the signal reached any process of the group; 0 only asks */
export function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-group, signal);
  } catch {
    // No process of the group is left.
    return false;
  }
}

function isRunningMember(pid: string, group: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // `pid (name) state parent group …`; the name may hold anything, so count from its closing bracket.
    const [state, , pgrp] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(pgrp) === group && state !== 'Z' && state !== 'X';
  } catch {
    // It ended between the listing and the reading.
    return false;
  }
}
