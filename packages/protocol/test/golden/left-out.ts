import { leftOut } from '../golden-exceptions.ts';

/** Whether a part of the file at hand is on the table of exceptions. */
export type LeftOutCheck = (part: string) => boolean;

const used = new Set<(typeof leftOut)[number]>();

/** The table of exceptions, seen from one file; remembers which entries were needed. */
export function leftOutOf(file: string): LeftOutCheck {
  const entries = leftOut.filter((entry) => matches(entry.file, file));
  return (part) => {
    const found = entries.filter((entry) => entry.part === part);
    for (const entry of found) used.add(entry);
    return found.length > 0;
  };
}

/** Entries of the table that no file needed so far. */
export function unusedEntries(): readonly (typeof leftOut)[number][] {
  return leftOut.filter((entry) => !used.has(entry));
}

function matches(pattern: string, file: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(file);
}
