import { readFileSync } from 'node:fs';

/** Under whose name a service runs. */
export interface ServiceAccount {
  /** For `spawn`; empty when it is the user of this process. */
  readonly identity: { readonly uid?: number; readonly gid?: number };
}

/**
 * The account for the processes and files of a service. Only root changes to another user, and only if that user exists.
 * @param user - the name; undefined for the user of this process
 * @param isRoot - whether this process is root's
 * @param users - the table of users, as /etc/passwd holds it
 */
export function serviceAccount(user: string | undefined, isRoot: boolean, users: string): ServiceAccount {
  if (user === undefined || !isRoot) return { identity: {} };
  const row = users.split('\n').find((line) => line.startsWith(`${user}:`));
  const [, , uid, gid] = row?.split(':') ?? [];
  if (uid === undefined || gid === undefined) return { identity: {} };
  return { identity: { uid: Number(uid), gid: Number(gid) } };
}

/** The table of users of this machine; empty where there is none. */
export function userTable(): string {
  try {
    return readFileSync('/etc/passwd', 'utf8');
  } catch {
    return '';
  }
}
